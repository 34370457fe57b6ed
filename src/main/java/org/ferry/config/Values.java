package org.ferry.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What was read, by dotted key: {@code homeserver.domain}, {@code accounts[0].user}, {@code
 * sources.old.type}. Keys that were wrong are missing.
 */
final class Values {
  private final String file;
  private final Map<String, Object> values = new LinkedHashMap<>();
  private final Map<String, Integer> lines = new LinkedHashMap<>();
  private final Map<String, Set<String>> children = new LinkedHashMap<>();
  private final List<Problem> problems = new ArrayList<>();

  Values(String file) {
    this.file = file;
  }

  String file() {
    return file;
  }

  List<Problem> problems() {
    return problems;
  }

  void problem(String key, String text) {
    problems.add(new Problem(file, line(key), key, text));
  }

  void problem(int line, String key, String text) {
    problems.add(new Problem(file, line, key, text));
  }

  void put(String key, Object value) {
    values.put(key, value);
  }

  /** Notes that the file itself names a key, and where. */
  void seen(String key, int line) {
    lines.put(key, line);
  }

  void child(String key, String name) {
    children.computeIfAbsent(key, k -> new LinkedHashSet<>()).add(name);
  }

  /** Whether the file itself, and not a default, gives a key. */
  boolean given(String key) {
    return lines.containsKey(key);
  }

  /** The line of a key, or of the nearest thing around it; 0 where there is none. */
  int line(String key) {
    for (String k = key; !k.isEmpty(); k = parent(k)) {
      Integer line = lines.get(k);
      if (line != null) {
        return line;
      }
    }
    return 0;
  }

  private static String parent(String key) {
    int cut = Math.max(key.lastIndexOf('.'), key.lastIndexOf('['));
    return cut < 0 ? "" : key.substring(0, cut);
  }

  <T> Optional<T> find(String key, Class<T> type) {
    return Optional.ofNullable(values.get(key)).map(type::cast);
  }

  <T> T get(String key, Class<T> type) {
    return find(key, type).orElseThrow(() -> new IllegalStateException("no value for " + key));
  }

  String text(String key) {
    return get(key, String.class);
  }

  boolean is(String key) {
    return get(key, Boolean.class);
  }

  boolean says(String key, String word) {
    return find(key, Object.class).filter(word::equals).isPresent();
  }

  /** The values of a list key. */
  <T> List<T> list(String key, Class<T> type) {
    return find(key, List.class).map(l -> cast(l, type)).orElse(List.of());
  }

  private static <T> List<T> cast(List<?> list, Class<T> type) {
    return list.stream().<T>map(type::cast).toList();
  }

  /** The entries of a map key. */
  <T> Map<String, T> map(String key, Class<T> type) {
    Map<String, T> out = new LinkedHashMap<>();
    find(key, Map.class)
        .ifPresent(
            m -> ((Map<?, ?>) m).forEach((k, v) -> out.put(String.valueOf(k), type.cast(v))));
    return out;
  }

  /** The keys of the entries of a list of sections, such as {@code accounts[0]}. */
  List<String> items(String key) {
    int n = children.getOrDefault(key, Set.of()).size();
    return IntStream.range(0, n).mapToObj(i -> key + "[" + i + "]").toList();
  }

  /** The names under a key whose sections the user names. */
  Set<String> names(String key) {
    return children.getOrDefault(key, Set.of());
  }
}
