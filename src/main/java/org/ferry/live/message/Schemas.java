package org.ferry.live.message;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The JSON Schemas of what is told (draft 2020-12): one for each type, of the whole body that a
 * webhook gets, and {@code data}, which they share and refer to as {@code data.json}.
 */
public final class Schemas {
  private static final String SHARED = "data";

  private Schemas() {}

  /** The names of all schemas: the types, and {@code data}. */
  public static List<String> list() {
    List<String> names = new ArrayList<>(MessageType.words());
    names.add(SHARED);
    return List.copyOf(names);
  }

  /**
   * The text of a schema.
   *
   * @param name of {@link #list()}, with or without {@code .json} at its end
   * @return empty where there is none of this name
   */
  public static Optional<String> read(String name) {
    String plain = name.endsWith(".json") ? name.substring(0, name.length() - 5) : name;
    return list().contains(plain) ? Optional.of(text(plain)) : Optional.empty();
  }

  private static String text(String name) {
    try (InputStream in = Schemas.class.getResourceAsStream("/schemas/" + name + ".json")) {
      if (in == null) {
        throw new IllegalStateException("the schema of " + name + " is not in the program");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
