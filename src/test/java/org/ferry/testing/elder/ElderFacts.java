package org.ferry.testing.elder;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is in the second dump, by short names that tests use.
 *
 * @param server the old server's name
 * @param remote the name of the server it federates with
 * @param users full user ids
 * @param rooms room ids
 * @param events event ids, as {@code room.what}
 * @param media {@code mxc://} addresses
 * @param accepted for each room id the number of its really accepted events by type, counted by SQL
 *     in the live database
 */
public record ElderFacts(
    String server,
    String remote,
    Map<String, String> users,
    Map<String, String> rooms,
    Map<String, String> events,
    Map<String, String> media,
    Map<String, Map<String, Integer>> accepted) {
  private static final ObjectMapper JSON = new ObjectMapper();

  static ElderFacts of(String server, String remote) {
    return new ElderFacts(
        server,
        remote,
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>());
  }

  /** The id of a room. */
  public String room(String name) {
    return found(rooms, name);
  }

  /** The id of an event, {@code room.what}. */
  public String event(String name) {
    return found(events, name);
  }

  /** The full id of a user. */
  public String user(String name) {
    return found(users, name);
  }

  /** The {@code mxc://} address of a file. */
  public String file(String name) {
    return found(media, name);
  }

  private static String found(Map<String, String> map, String name) {
    String value = map.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the second dump has no " + name + " but " + map.keySet());
    }
    return value;
  }

  void write(Path file) {
    try {
      Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ElderFacts read(Path file) {
    try {
      return JSON.readValue(file.toFile(), ElderFacts.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
