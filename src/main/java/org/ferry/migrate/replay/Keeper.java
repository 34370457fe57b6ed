package org.ferry.migrate.replay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.migrate.SettingLedger;
import org.ferry.migrate.SettingLedger.Setting;
import org.ferry.migrate.SettingLedger.State;
import org.ferry.migrate.settings.Present;
import org.ferry.migrate.settings.Wish;
import org.ferry.migrate.settings.Wishes;
import org.jspecify.annotations.Nullable;

/**
 * Makes wishes come true, each once: the intention is in the ledger before the request leaves, and
 * what a person has changed since stays theirs. Safe for use by many threads, one for each person.
 */
final class Keeper {
  private static final String THEIRS = "is set otherwise there already";

  private final Voyage voyage;
  private final SettingLedger ledger;

  Keeper(Voyage voyage) {
    this.voyage = voyage;
    this.ledger = voyage.ledger().settings();
  }

  /**
   * How a wish stands.
   *
   * @param row what this crossing noted of it
   * @param known the same, or else what a crossing into another Space noted: what that has put
   *     there is no more a person's own than what this one has
   * @param fresh true where nobody but Ferry has used the account
   */
  private record Standing(@Nullable Setting row, @Nullable Setting known, boolean fresh) {}

  /**
   * Sets what is not set yet.
   *
   * @param owner whose
   * @param wishes what it should be
   * @param fresh true where nobody but Ferry has used the account: then what is there is a default
   * @return a sentence for each thing that failed
   */
  List<String> keep(UserId owner, List<Wish> wishes, boolean fresh) {
    Map<String, Setting> rows = new HashMap<>();
    Map<String, Setting> known = new HashMap<>();
    ledger.elsewhere(voyage.id(), owner).forEach(r -> known.put(key(r), r));
    ledger.of(voyage.id(), owner).forEach(r -> rows.put(key(r), r));
    known.putAll(rows);
    Intent intent = voyage.homeserver().as(owner);
    Present present = new Present(intent);
    List<String> failures = new ArrayList<>();
    for (Wish wish : wishes) {
      Standing standing = new Standing(rows.get(what(wish)), known.get(what(wish)), fresh);
      one(intent, present, wish, standing)
          .ifPresent(e -> failures.add("%s of %s: %s".formatted(what(wish), owner, e)));
    }
    return failures;
  }

  private static String key(Setting row) {
    return row.kind() + " " + row.name();
  }

  private static String what(Wish wish) {
    return wish.kind() + " " + wish.name();
  }

  private Optional<String> one(Intent owner, Present present, Wish wish, Standing standing) {
    Setting row = standing.row();
    if (wish.left() != null) {
      leave(owner.user(), wish, row);
      return Optional.empty();
    }
    String wanted = Txn.id(wish.value());
    if (isSettled(row) && row != null && wanted.equals(row.wanted())) {
      return Optional.empty();
    }
    try {
      if (!wish.adds() && !standing.fresh() && isTheirs(present, wish, standing.known())) {
        put(owner.user(), wish, State.SKIPPED, wanted, THEIRS);
        return Optional.empty();
      }
      String kept = kept(present, wish, standing);
      String before = wish.before(present, kept, standing.fresh());
      ledger.put(
          voyage.id(),
          new Setting(owner.user(), wish.kind(), wish.name(), State.DOUBT, wanted, null, before));
      wish.grant(owner);
      put(owner.user(), wish, State.CARRIED, wanted, null);
      return Optional.empty();
    } catch (Wish.LeftOut e) {
      put(owner.user(), wish, State.SKIPPED, wanted, e.getMessage());
      return Optional.empty();
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      put(owner.user(), wish, State.FAILED, wanted, e.getMessage());
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** What was there before Ferry set anything, where that is known. */
  private static @Nullable String kept(Present present, Wish wish, Standing standing) {
    Setting row = standing.row();
    Setting known = standing.known();
    if (row != null) {
      return row.state() == State.REMOVED ? null : row.before();
    }
    if (known == null
        || known.state() != State.CARRIED
        || wish.adds()
        || !wish.isAt(known.before())) {
      return null;
    }
    boolean stands = wish.found(present).filter(f -> Txn.id(f).equals(known.wanted())).isPresent();
    return stands ? known.before() : null;
  }

  private static boolean isSettled(@Nullable Setting row) {
    return row != null && (row.state() == State.CARRIED || row.state() == State.SKIPPED);
  }

  /** Something is there that neither is what it should be nor what Ferry put there before. */
  private static boolean isTheirs(Present present, Wish wish, @Nullable Setting row) {
    if (row != null && row.state() == State.DOUBT) {
      return false;
    }
    Optional<String> found = wish.found(present);
    return found
        .filter(f -> !f.equals(wish.value()))
        .filter(f -> row == null || !Txn.id(f).equals(row.wanted()))
        .isPresent();
  }

  private void leave(UserId owner, Wish wish, @Nullable Setting row) {
    boolean known = row != null && wish.left() != null && wish.left().equals(row.reason());
    if (!known && !Wishes.LATER.equals(wish.left())) {
      put(owner, wish, State.SKIPPED, null, wish.left());
    }
  }

  private void put(
      UserId owner, Wish wish, State state, @Nullable String wanted, @Nullable String reason) {
    ledger.put(voyage.id(), new Setting(owner, wish.kind(), wish.name(), state, wanted, reason));
  }
}
