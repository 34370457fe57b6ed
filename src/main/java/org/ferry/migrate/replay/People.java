package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.ferry.id.MxcUri;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.CarriedPerson;
import org.ferry.migrate.SourceLedger.Stranger;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.rewrite.Lookups.FileFate;
import org.ferry.model.Person;
import org.jspecify.annotations.Nullable;

/**
 * Makes the ghosts: registered, with the name and picture of those they stand for, before they
 * enter a room. Safe for use by many threads.
 */
final class People {
  private final Voyage voyage;
  private final Cast cast;
  private final Files files;
  private final Map<UserId, Face> faces;

  /** What somebody looks like. */
  private record Face(@Nullable String name, @Nullable String avatar) {}

  People(Voyage voyage, Cast cast, Files files) {
    this.voyage = voyage;
    this.cast = cast;
    this.files = files;
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
   * Makes a person's ghost, or brings its name and picture up to date.
   *
   * @return a sentence where that failed, else empty
   */
  Optional<String> ready(Plan.PlanPerson person) {
    UserId target = person.target();
    if (target == null || person.action() != Plan.PersonAction.GHOST) {
      return Optional.empty();
    }
    Face face = faces.getOrDefault(person.id(), new Face(person.name(), null));
    String profile =
        Txn.id(Objects.toString(name(person.id(), face)), Objects.toString(face.avatar));
    Optional<CarriedPerson> row = cast.row(target);
    if (row.filter(r -> r.state().equals("ready") && profile.equals(r.profile())).isPresent()) {
      return Optional.empty();
    }
    String device = row.map(CarriedPerson::device).orElse(null);
    try {
      Intent ghost = cast.actor(target);
      boolean unusedCreated = ghost.register(target.localpart());
      dress(ghost, person.id(), face);
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

  private void dress(Intent ghost, UserId old, Face face) {
    String name = name(old, face);
    if (!name.isBlank()) {
      ghost.setDisplayName(name.length() <= 256 ? name : name.substring(0, 256));
    }
    Optional.ofNullable(face.avatar)
        .flatMap(MxcUri::parse)
        .map(files::carry)
        .filter(FileFate.Carried.class::isInstance)
        .ifPresent(f -> ghost.setAvatar(((FileFate.Carried) f).target().toString()));
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
