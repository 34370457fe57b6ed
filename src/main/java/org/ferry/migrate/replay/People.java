package org.ferry.migrate.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.migrate.CrossingLedger.CarriedPerson;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.rewrite.Lookups.FileFate;
import org.ferry.migrate.settings.Wishes;

/**
 * Makes the ghosts and accounts: with the name and picture of those they stand for, before they
 * enter a room. Safe for use by many threads.
 */
final class People {
  private final Cast cast;
  private final Files files;
  private final Accounts accounts;
  private final Keeper keeper;
  private final Faces faces;

  People(Voyage voyage, Cast cast, Files files) {
    this.cast = cast;
    this.files = files;
    this.accounts = new Accounts(voyage, cast);
    this.keeper = new Keeper(voyage);
    this.faces = new Faces(voyage);
  }

  /**
   * Looks at accounts that are still to be made, before anything is written; see {@link
   * Accounts#refuseTaken}.
   */
  void refuseTaken() {
    accounts.refuseTaken();
  }

  /**
   * Makes a person's ghost or account, or brings its name and picture up to date.
   *
   * @return a sentence for each thing that failed
   */
  List<String> ready(Plan.PlanPerson person) {
    UserId target = person.target();
    if (target == null) {
      return List.of();
    }
    return switch (person.action()) {
      case GHOST -> ghost(person, target).stream().toList();
      case ACCOUNT -> account(person, target);
      case MAP -> mapped(person, target);
      case SKIP, CONFLICT -> List.of();
    };
  }

  /** Noted before anything is sent as them: from then on a plan has to keep who they are. */
  private List<String> mapped(Plan.PlanPerson person, UserId target) {
    CarriedPerson row = CarriedPerson.mapped(person.id(), target);
    if (cast.row(target).filter(row::equals).isEmpty()) {
      cast.remember(row);
    }
    return List.of();
  }

  private List<String> account(Plan.PlanPerson person, UserId target) {
    Optional<CarriedPerson> row = cast.row(target);
    boolean made = row.filter(r -> r.state().equals("ready")).isPresent();
    try {
      if (!made) {
        cast.remember(new CarriedPerson(person.id(), target, "planned", null, null, null));
        accounts.make(target);
      }
      boolean fresh = !made && accounts.isUnnamed(target);
      String avatar = picture(person).orElse("");
      List<String> failures =
          new ArrayList<>(keeper.keep(target, Wishes.profile(faces.name(person), avatar), fresh));
      if (!made) {
        accounts.named(target);
        cast.remember(new CarriedPerson(person.id(), target, "ready", null, null, null));
      }
      failures.addAll(accounts.letIn(person.id(), target));
      return failures;
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      cast.remember(new CarriedPerson(person.id(), target, "failed", null, null, e.getMessage()));
      return List.of("%s could not be made: %s".formatted(target, e.getMessage()));
    }
  }

  private Optional<String> ghost(Plan.PlanPerson person, UserId target) {
    String name = faces.ghostName(person);
    // A picture that could not be carried yet is set as soon as it can be.
    Optional<String> picture = picture(person);
    String profile = Faces.note(name, picture.orElse(""));
    Optional<CarriedPerson> row = cast.row(target);
    if (row.filter(r -> r.state().equals("ready") && profile.equals(r.profile())).isPresent()) {
      return Optional.empty();
    }
    String device = row.map(CarriedPerson::device).orElse(null);
    boolean made = row.filter(r -> r.profile() != null).isPresent();
    try {
      Intent ghost = cast.actor(target);
      boolean unusedCreated = ghost.register(target.localpart());
      if (!name.isBlank()) {
        ghost.ownProfile().setName(name);
      }
      if (picture.isPresent() || (made && faces.picture(person).isEmpty())) {
        ghost.ownProfile().setAvatar(picture.orElse(""));
      }
      cast.remember(new CarriedPerson(person.id(), target, "ready", device, profile, null));
      return Optional.empty();
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      cast.remember(new CarriedPerson(person.id(), target, "failed", device, null, e.getMessage()));
      return Optional.of("%s could not be made: %s".formatted(target, e.getMessage()));
    }
  }

  private Optional<String> picture(Plan.PlanPerson person) {
    return faces
        .picture(person)
        .map(files::carry)
        .filter(FileFate.Carried.class::isInstance)
        .map(f -> ((FileFate.Carried) f).target().toString());
  }
}
