package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.ferry.id.MxcUri;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.matrix.event.Sanitizer;
import org.ferry.migrate.SourceLedger.Stranger;
import org.ferry.migrate.plan.Plan;
import org.ferry.model.Person;
import org.jspecify.annotations.Nullable;

/**
 * The names and pictures that people have on the source: those of its own people from their
 * profiles, those of others from their latest membership. Safe for use by many threads.
 */
public final class Faces {
  /** What Python's {@code strip} takes away, which is what Synapse uses. */
  private static final Pattern BLANK_ENDS =
      Pattern.compile(
          "\\A[\\s\\p{Zs}\\x1c-\\x1f\\x85\\u2028\\u2029]+|[\\s\\p{Zs}\\x1c-\\x1f\\x85\\u2028\\u2029]+\\z");

  private final Voyage voyage;
  private final Map<UserId, Face> faces = new HashMap<>();

  /** What somebody looks like. */
  private record Face(@Nullable String name, @Nullable String avatar) {}

  /**
   * Reads all of a crossing's source.
   *
   * @param voyage the crossing
   */
  public Faces(Voyage voyage) {
    this.voyage = voyage;
    try (Stream<Person> people = voyage.sources().people(voyage.source().id())) {
      people.forEach(p -> faces.put(p.id(), new Face(p.displayName(), p.avatar())));
    }
    try (Stream<Stranger> strangers = voyage.sources().strangers(voyage.source().id())) {
      strangers.forEach(s -> faces.putIfAbsent(s.id(), face(s.memberContent())));
    }
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

  /** Whether the source knows what somebody looks like; of who was erased it does not any more. */
  public boolean knows(Plan.PlanPerson person) {
    return faces.containsKey(person.id());
  }

  /**
   * What is noted of a profile that was set, to see whether it is still the same.
   *
   * @param name the name, empty where there is none
   * @param picture the address of the picture on the destination, empty where there is none
   */
  public static String note(String name, String picture) {
    return Txn.id(name, picture);
  }

  private Face of(Plan.PlanPerson person) {
    return faces.getOrDefault(person.id(), new Face(person.name(), null));
  }

  /** A person's own name, empty where they have none. */
  String name(Plan.PlanPerson person) {
    String name = of(person).name;
    return profileName(name == null ? "" : name);
  }

  /**
   * A name as homeservers keep it in a profile: Synapse takes white space off both its ends, which
   * old servers did not, and which would look like somebody's change.
   */
  static String profileName(String name) {
    return BLANK_ENDS.matcher(Sanitizer.name(name)).replaceAll("");
  }

  /** The old address of a person's picture, empty where they have none. */
  public Optional<MxcUri> picture(Plan.PlanPerson person) {
    return Optional.ofNullable(of(person).avatar).flatMap(MxcUri::parse);
  }

  /** The name that a person's ghost bears, by the configured template. */
  public String ghostName(Plan.PlanPerson person) {
    UserId old = person.id();
    String name = of(person).name;
    String shown = name == null || name.isBlank() ? old.localpart() : name;
    return profileName(
        voyage
            .options()
            .identities()
            .displaynameTemplate()
            .replace("{displayname}", shown)
            .replace("{localpart}", old.localpart())
            .replace("{server}", old.server())
            .replace("{id}", old.value()));
  }
}
