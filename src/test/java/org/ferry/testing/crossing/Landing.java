package org.ferry.testing.crossing;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.ferry.lab.LabClient;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.FerryProcess.Result;

/** One installation of Ferry in a folder of its own, and what an admin types there. */
public final class Landing {
  private final Shore shore;
  private final Path folder;
  private final String space;

  Landing(Shore shore, Path folder, String space) {
    this.shore = shore;
    this.folder = folder;
    this.space = space;
  }

  /** Its folder. */
  public Path folder() {
    return folder;
  }

  /** The alias of its Space. */
  public String spaceAlias() {
    return space;
  }

  /** The room id of its Space. */
  public String space() {
    return shore.resolve(space);
  }

  /** Runs a command. */
  public Result ferry(String... arguments) {
    return FerryProcess.ferry(arguments).in(folder).run();
  }

  /** Runs a command that must end with a status; the message of a failure is all it said. */
  public Result must(int status, String... arguments) {
    Result result = ferry(arguments);
    if (result.status() != status) {
      throw new AssertionError(
          "ferry %s: expected exit status %d: %s"
              .formatted(String.join(" ", arguments), status, result));
    }
    return result;
  }

  /** Runs a command that must end well and prints JSON. */
  public JsonNode json(int status, String... arguments) {
    return LabClient.json(must(status, arguments).out());
  }

  /** The mapping as the command writes it. */
  public Mapped mapped() {
    var unused = must(0, "mapping", "-o", "id-mapping.json");
    return new Mapped(LabClient.json(read("id-mapping.json")));
  }

  /** A file of the folder. */
  public String read(String name) {
    try {
      return Files.readString(folder.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Changes a file of the folder, as an admin with an editor would. */
  public void edit(String name, UnaryOperator<String> change) {
    String before = read(name);
    String after = change.apply(before);
    if (after.equals(before)) {
      throw new AssertionError("nothing to change in\n" + before);
    }
    try {
      Files.writeString(folder.resolve(name), after);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The mapping of old ids to new ones.
   *
   * @param json as {@code ferry mapping} writes it
   */
  public record Mapped(JsonNode json) {
    /** The new user. */
    public String user(String old) {
      return found("users", old);
    }

    /** The new room. */
    public String room(String old) {
      return found("rooms", old);
    }

    /** The new event. */
    public String event(String old) {
      return found("events", old);
    }

    /** The new address of a file. */
    public String media(String old) {
      return found("media", old);
    }

    /** Whether there is such an event. */
    public boolean hasEvent(String old) {
      return json.path("events").has(old);
    }

    /** Whether there is such a room. */
    public boolean hasRoom(String old) {
      return json.path("rooms").has(old);
    }

    private String found(String kind, String old) {
      JsonNode value = json.path(kind).path(old);
      if (!value.isTextual()) {
        throw new AssertionError("the mapping has no " + kind + " " + old);
      }
      return value.textValue();
    }

    /** All of one kind. */
    public Map<String, String> all(String kind) {
      Map<String, String> all = new java.util.LinkedHashMap<>();
      json.path(kind).properties().forEach(e -> all.put(e.getKey(), e.getValue().asText()));
      return all;
    }
  }
}
