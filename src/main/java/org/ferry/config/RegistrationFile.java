package org.ferry.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.ferry.id.Secret;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Registration files: written, read, and read leniently for a comparison. */
public final class RegistrationFile {
  /** Switches that are on in every registration of Ferry, with what is lost without each. */
  static final Map<String, String> SWITCHES = switches();

  private RegistrationFile() {}

  private static Map<String, String> switches() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("receive_ephemeral", "typing and read markers do not arrive");
    all.put("de.sorunome.msc2409.push_ephemeral", "typing and read markers do not arrive");
    all.put("org.matrix.msc3202", "device lists do not arrive, which encryption needs");
    all.put("io.element.msc4190", "Ferry cannot make devices for its users");
    return all;
  }

  /** The text of a registration file. */
  public static String text(Registration r) {
    StringBuilder out = new StringBuilder();
    out.append("# Ferry's registration with its homeserver; both tokens are secrets.\n");
    out.append("id: ").append(word(r.id())).append('\n');
    out.append("url: ").append(quote(r.url())).append('\n');
    out.append("as_token: ").append(r.asToken().reveal()).append('\n');
    out.append("hs_token: ").append(r.hsToken().reveal()).append('\n');
    out.append("# Not Ferry's bot: Synapse does not let this user sync.\n");
    out.append("sender_localpart: ").append(word(r.sender())).append('\n');
    out.append("rate_limited: false\n");
    out.append("namespaces:\n");
    namespaces(out, "users", r.users());
    namespaces(out, "aliases", r.aliases());
    out.append("  rooms: []\n");
    SWITCHES.keySet().forEach(s -> out.append(s).append(": true\n"));
    return out.toString();
  }

  private static void namespaces(
      StringBuilder out, String kind, List<Registration.Namespace> namespaces) {
    out.append("  ").append(kind).append(namespaces.isEmpty() ? ": []\n" : ":\n");
    for (Registration.Namespace n : namespaces) {
      out.append("    - exclusive: ").append(n.exclusive()).append('\n');
      out.append("      regex: ").append(quote(n.regex())).append('\n');
    }
  }

  /** As it is, where no reader of YAML takes it for a number, a truth or nothing. */
  private static String word(String text) {
    return text.matches("(?!(?i:true|false|null|yes|no|on|off|y|n)$)[A-Za-z][A-Za-z0-9_-]*")
        ? text
        : quote(text);
  }

  private static String quote(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  /** Writes a registration, mode 0600, in the place of what is there. */
  public static void write(Path file, Registration registration) {
    PrivateFiles.write(file, text(registration));
  }

  /**
   * Reads a registration.
   *
   * @throws ConfigException where there is none, or it lacks what every registration has
   */
  public static Registration read(Path file) {
    Map<String, Object> map = map(file);
    List<Problem> problems = new ArrayList<>();
    List<Registration.Namespace> users = namespaces("users", map, file, problems);
    List<Registration.Namespace> aliases = namespaces("aliases", map, file, problems);
    List<String> texts = new ArrayList<>();
    for (String key : List.of("id", "url", "as_token", "hs_token", "sender_localpart")) {
      Object value = map.get(key);
      boolean missing = value == null || value.toString().isEmpty();
      if (missing && !key.equals("url")) {
        problems.add(
            new Problem(
                file.toString(), 0, key, "is missing; ferry registration --force writes it anew"));
      }
      texts.add(missing ? "?" : String.valueOf(value));
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    return new Registration(
        texts.get(0),
        texts.get(1),
        Secret.of(texts.get(2)),
        Secret.of(texts.get(3)),
        texts.get(4),
        users,
        aliases);
  }

  /** The namespaces of a kind; those that are wrong become problems. */
  static List<Registration.Namespace> namespaces(
      String kind, Map<String, Object> map, Path file, List<Problem> problems) {
    List<Registration.Namespace> all = new ArrayList<>();
    for (Object each : namespace(map, kind)) {
      Object regex = each instanceof Map<?, ?> m ? m.get("regex") : null;
      if (!(regex instanceof String text) || !compiles(text)) {
        problems.add(
            new Problem(
                file.toString(), 0, "namespaces." + kind, "\"" + each + "\" has no usable regex"));
      } else {
        Object exclusive = each instanceof Map<?, ?> m ? m.get("exclusive") : null;
        all.add(new Registration.Namespace(Boolean.TRUE.equals(exclusive), text));
      }
    }
    return all;
  }

  /** The entries of one kind of namespace. */
  static List<?> namespace(Map<String, Object> map, String kind) {
    return map.get("namespaces") instanceof Map<?, ?> m && m.get(kind) instanceof List<?> list
        ? list
        : List.of();
  }

  private static boolean compiles(String regex) {
    try {
      Pattern unused = Pattern.compile(regex);
      return true;
    } catch (PatternSyntaxException e) {
      return false;
    }
  }

  /** The keys of a file, whatever they are. */
  static Map<String, Object> map(Path file) {
    String text;
    try {
      text = Files.readString(file);
    } catch (IOException e) {
      throw new ConfigException(
          file.toString(),
          Files.exists(file)
              ? "cannot be read by user " + System.getProperty("user.name") + "; change its owner"
              : "there is no registration; ferry registration writes one");
    }
    if (Yaml.read(file.toString(), text) == null) {
      throw new ConfigException(file.toString(), "is empty; ferry registration --force writes it");
    }
    Object root = loaded(file, text);
    Map<String, Object> map = new LinkedHashMap<>();
    if (!(root instanceof Map<?, ?> keys)) {
      throw new ConfigException(file.toString(), "is no registration: it holds no keys");
    }
    keys.forEach((k, v) -> put(map, String.valueOf(k), v));
    return map;
  }

  private static @Nullable Object loaded(Path file, String text) {
    try {
      return new Load(LoadSettings.builder().build()).loadFromString(text);
    } catch (YamlEngineException e) {
      // Such as a key that is given twice; nothing of the text is quoted, which holds tokens.
      throw new ConfigException(
          file.toString(),
          "cannot be used: %s; ferry registration --force writes it anew"
              .formatted(
                  e instanceof MarkedYamlEngineException marked
                      ? marked.getProblem()
                      : "it is no plain YAML"));
    }
  }

  private static void put(Map<String, Object> map, String key, @Nullable Object value) {
    if (value != null) {
      map.put(key, value);
    }
  }
}
