package org.ferry.matrix.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Reads an object element by element, where people who do not know each other have written its
 * elements: what one of them put beyond a limit of {@link Json} costs that element alone. Slower
 * than {@link Json#parseObject(byte[])}, and meant for what that refuses.
 */
public final class Piecewise {
  private static final String ANY = "*";

  private final Slices slices;
  private int dropped;

  private Piecewise(byte[] utf8) {
    this.slices = new Slices(utf8);
  }

  /**
   * What could be read.
   *
   * @param object the object; an element that could not be read is null in it
   * @param dropped how many are
   */
  public record Result(ObjectNode object, int dropped) {}

  /**
   * Reads one object and nothing after it.
   *
   * @param utf8 the text
   * @param paths where elements are that stand alone, such as {@code rooms.*.*.timeline.events.*};
   *     a star is any name or any place of a list
   * @return what could be read
   * @throws IllegalArgumentException where the text cannot be told apart into elements; the message
   *     holds nothing of it
   */
  public static Result read(byte[] utf8, List<String> paths) {
    Piecewise reader = new Piecewise(utf8);
    int from = reader.slices.begin(0);
    int to = reader.slices.end(from);
    if (reader.slices.begin(to) != utf8.length || utf8[from] != '{') {
      throw new IllegalArgumentException("not a JSON object");
    }
    List<List<String>> steps = paths.stream().map(p -> Arrays.asList(p.split("\\."))).toList();
    return new Result(reader.object(from, to, steps), reader.dropped);
  }

  private JsonNode value(int from, int to, List<List<String>> paths) {
    JsonNode whole = slices.parse(from, to);
    if (whole != null) {
      return whole;
    }
    if (!paths.isEmpty() && slices.at(from) == '{') {
      return object(from, to, paths);
    }
    if (!paths.isEmpty() && slices.at(from) == '[') {
      return array(from, to, paths);
    }
    dropped++;
    return NullNode.getInstance();
  }

  private ObjectNode object(int from, int to, List<List<String>> paths) {
    ObjectNode object = Json.object();
    int at = slices.begin(from + 1);
    while (at < to - 1) {
      int end = slices.end(at);
      JsonNode name = slices.parse(at, end);
      int value = slices.begin(slices.after(end, ':'));
      at = slices.end(value);
      if (name != null && name.isTextual()) {
        object.set(name.textValue(), value(value, at, below(paths, name.textValue())));
      } else {
        dropped++;
      }
      at = slices.next(at, to - 1);
    }
    return object;
  }

  private ArrayNode array(int from, int to, List<List<String>> paths) {
    ArrayNode array = Json.array();
    List<List<String>> below = below(paths, ANY);
    int at = slices.begin(from + 1);
    while (at < to - 1) {
      int end = slices.end(at);
      ArrayNode unused = array.add(value(at, end, below));
      at = slices.next(end, to - 1);
    }
    return array;
  }

  /** What is left of the paths behind this step; one that ends here names an element. */
  private static List<List<String>> below(List<List<String>> paths, String step) {
    List<List<String>> below = new ArrayList<>();
    for (List<String> path : paths) {
      boolean leads = path.getFirst().equals(ANY) || Objects.equals(path.getFirst(), step);
      if (leads && path.size() > 1) {
        below.add(path.subList(1, path.size()));
      }
    }
    return below;
  }
}
