package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.ferry.id.MxcUri;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.event.Json;
import org.ferry.matrix.event.Sanitizer;
import org.ferry.migrate.CrossingLedger.CarriedPerson;
import org.ferry.migrate.SourceLedger.Stranger;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.rewrite.Lookups.FileFate;
import org.ferry.migrate.settings.Wishes;
import org.ferry.model.Person;
import org.jspecify.annotations.Nullable;

/**
 * Makes the ghosts and accounts: with the name and picture of those they stand for, before they
 * enter a room. Safe for use by many threads.
 */
final class People {
  private final Voyage voyage;
  private final Cast cast;
  private final Files files;
  private final Accounts accounts;
  private final Keeper keeper;
  private final Map<UserId, Face> faces;

  /** What somebody looks like. */
  private record Face(@Nullable String name, @Nullable String avatar) {}

  People(Voyage voyage, Cast cast, Files files) {
    this.voyage = voyage;
    this.cast = cast;
    this.files = files;
    this.accounts = new Accounts(voyage, cast);
    this.keeper = new Keeper(voyage);
    this.faces = faces(voyage);
  }

  private static Map<UserId, Face> faces(Voyage voyage) {
    Map<UserId, Face> faces = new HashMap<>();
    try (Stream<Person> people = voyage.sources().people(voyage.source().id())) {
      people.forEach(p -> faces.put(p.id(), new Face(p.displayName(), p.avatar())));
    }
    try (Stream<Stranger> strangers = voyage.sources().strangers(voyage.source().id())) {
      strangers.forEach(s -> faces.putIfAbsent(s.id(), face(s.memberContent())));
    }
    return faces;
  }

  private static Face face(@Nullable String memberContent) {
    try {
      JsonNode content = memberContent == null ? Json.object() : Json.parseObject(memberContent);
      return new Face(
          content.path("displayname").textValue(), content.path("avatar_url").textValue());
    } catch (IllegalArgumentException e) {
      return new Face(null, null);
    }
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
      case MAP, SKIP, CONFLICT -> List.of();
    };
  }

  private List<String> account(Plan.PlanPerson person, UserId target) {
    Face face = faces.getOrDefault(person.id(), new Face(person.name(), null));
    String name = face.name == null ? "" : face.name;
    Optional<CarriedPerson> row = cast.row(target);
    boolean made = row.filter(r -> r.state().equals("ready")).isPresent();
    boolean fresh = false;
    try {
      if (!made) {
        cast.remember(new CarriedPerson(person.id(), target, "planned", null, null, null));
        fresh = !accounts.isOurs(target);
        accounts.make(target);
      }
      String avatar = picture(face).orElse("");
      List<String> failures =
          new ArrayList<>(keeper.keep(target, Wishes.profile(Sanitizer.name(name), avatar), fresh));
      if (!made) {
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
    Face face = faces.getOrDefault(person.id(), new Face(person.name(), null));
    String name = Sanitizer.name(name(person.id(), face));
    // A picture that could not be carried yet is set as soon as it can be.
    Optional<String> picture = picture(face);
    String profile = Txn.id(name, picture.orElse(""));
    Optional<CarriedPerson> row = cast.row(target);
    if (row.filter(r -> r.state().equals("ready") && profile.equals(r.profile())).isPresent()) {
      return Optional.empty();
    }
    String device = row.map(CarriedPerson::device).orElse(null);
    try {
      Intent ghost = cast.actor(target);
      boolean unusedCreated = ghost.register(target.localpart());
      if (!name.isBlank()) {
        ghost.ownProfile().setName(name);
      }
      picture.ifPresent(ghost.ownProfile()::setAvatar);
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

  private Optional<String> picture(Face face) {
    return Optional.ofNullable(face.avatar)
        .flatMap(MxcUri::parse)
        .map(files::carry)
        .filter(FileFate.Carried.class::isInstance)
        .map(f -> ((FileFate.Carried) f).target().toString());
  }

  private String name(UserId old, Face face) {
    String shown = face.name == null || face.name.isBlank() ? old.localpart() : face.name;
    return voyage
        .options()
        .identities()
        .displaynameTemplate()
        .replace("{displayname}", shown)
        .replace("{localpart}", old.localpart())
        .replace("{server}", old.server())
        .replace("{id}", old.value());
  }
}
