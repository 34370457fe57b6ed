package org.ferry.migrate.settings;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.ferry.matrix.client.Intent;
import org.jspecify.annotations.Nullable;

/**
 * One thing that a person should find on the destination.
 *
 * @param kind what sort of thing, such as {@code tag}
 * @param name which one of that sort, by the ids of the source
 * @param value what it should be, in a form that compares
 * @param left why it is left out; null where it is carried
 * @param adds true where it only adds to what is there, and may do so at any time
 * @param found what is there in the form of {@code value}; empty where nothing is
 * @param grant makes it so, as the person
 */
public record Wish(
    String kind,
    String name,
    String value,
    @Nullable String left,
    boolean adds,
    Function<Present, Optional<String>> found,
    Consumer<Intent> grant) {
  /** Something to be set, where nobody else has set it. */
  static Wish of(
      String kind,
      String name,
      String value,
      Function<Present, Optional<String>> found,
      Consumer<Intent> grant) {
    return new Wish(kind, name, value, null, false, found, grant);
  }

  /** Something that is left out. */
  static Wish left(String kind, String name, String why) {
    return new Wish(kind, name, "", why, false, p -> Optional.empty(), i -> {});
  }

  /** The same, as something that only adds to what is there. */
  Wish adding() {
    return new Wish(kind, name, value, left, true, found, grant);
  }

  /** Thrown while granting where the destination turns out to have no place for it. */
  public static final class LeftOut extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LeftOut(String why) {
      super(why);
    }
  }
}
