package org.ferry.migrate.settings;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.UnaryOperator;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.SettingLedger.Setting;
import org.ferry.migrate.SettingLedger.State;
import org.jspecify.annotations.Nullable;

/** Takes settings back that were put there, where the person has not changed them since. */
public final class Taking {
  private final UnaryOperator<String> hash;

  /** How it ended. */
  public enum Outcome {
    /** As it was before. */
    BACK,
    /** There was nothing to take back. */
    NOTHING,
    /** Changed by the person since, and left so. */
    THEIRS,
    /** Cannot be taken back on a homeserver. */
    STAYS
  }

  /**
   * What became of a setting.
   *
   * @param outcome how it ended
   * @param there a hash of what stands there afterwards, null for nothing; only where it is back
   */
  public record Taken(Outcome outcome, @Nullable String there) {}

  /**
   * Taking back.
   *
   * @param hash as the ledger's rows were made with
   */
  public Taking(UnaryOperator<String> hash) {
    this.hash = hash;
  }

  /**
   * Takes one setting back. May be repeated.
   *
   * @param owner acts as the person
   * @param present what they have now
   * @param row what was set, with what was there before
   * @return what became of it
   */
  public Taken back(Intent owner, Present present, Setting row) {
    String kept = row.before();
    if (kept == null || (row.state() != State.CARRIED && row.state() != State.DOUBT)) {
      boolean stays = row.kind().equals("read") && row.state() == State.CARRIED;
      return new Taken(stays ? Outcome.STAYS : Outcome.NOTHING, null);
    }
    ObjectNode before = Json.parseObject(kept);
    return Spots.of(before.path("place"))
        .map(spot -> spot.back(owner, present, new Spot.Kept(before, row.wanted(), hash)))
        .orElse(new Taken(Outcome.STAYS, null));
  }
}
