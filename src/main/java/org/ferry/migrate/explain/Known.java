package org.ferry.migrate.explain;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is known of a thing from one place: facts by name, in the order in which they are told. */
public final class Known {
  private final String kind;
  private final String where;
  private final Map<String, Object> facts = new LinkedHashMap<>();

  /**
   * Nothing yet.
   *
   * @param kind event, room, user, alias or file
   * @param where the source, or the crossing, that the facts are from
   */
  public Known(String kind, String where) {
    this.kind = kind;
    this.where = where;
  }

  /** What kind of thing it is. */
  public String kind() {
    return kind;
  }

  /** Where the facts are from. */
  public String where() {
    return where;
  }

  /** The facts: texts, numbers and truths by name. */
  public Map<String, Object> facts() {
    return facts;
  }

  /** Adds a fact; one that is not known is left out. */
  @CanIgnoreReturnValue
  public Known with(String name, @Nullable Object value) {
    if (value != null) {
      Object unused =
          facts.put(
              name, value instanceof Number || value instanceof Boolean ? value : value.toString());
    }
    return this;
  }

  /** Adds a time given in milliseconds since 1970. */
  @CanIgnoreReturnValue
  Known at(String name, long millis) {
    return with(name, Instant.ofEpochMilli(millis));
  }
}
