package org.ferry.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ferry.id.RoomAlias;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.store.DatabaseUrl;

/**
 * What the text of one value may be and what it becomes.
 *
 * @param expected names the kind for messages and the reference, such as {@code true or false}
 * @param choices the words that are allowed; empty where any are
 * @param reader text to value; throws {@link IllegalArgumentException} whose message says what is
 *     wrong, or has none where naming what is expected says it all
 */
record Kind(String expected, List<String> choices, Function<String, Object> reader) {
  private static final Pattern SERVER =
      Pattern.compile("(?:[A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+])(?::[0-9]{1,5})?");
  private static final Pattern LISTEN =
      Pattern.compile("(?:(?<host>[^:\\s]+|\\[[0-9A-Fa-f:.]+]):)?(?<port>[0-9]{1,5})");
  private static final Pattern SPAN = Pattern.compile("(?<n>[0-9]{1,6}) *(?<unit>ms|s|m|h|d|w)");
  private static final Pattern SIZE =
      Pattern.compile("(?<n>[0-9]{1,9}) *(?<unit>B|KiB|MiB|kB|KB|MB)?");
  private static final int MIB = 1024 * 1024;
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]*)}");

  static final Kind TEXT = new Kind("text", List.of(), t -> t);
  static final Kind SECRET = new Kind("a secret", List.of(), Secret::of);
  static final Kind PATH = new Kind("a path", List.of(), Kind::path);

  /** A file that holds a secret: it must be there, readable and not empty. */
  static final Kind SECRET_FILE = new Kind("a file that holds it", List.of(), Kind::path);

  static final Kind BOOL = choice("true or false", "true", "false").map(t -> t.equals("true"));
  static final Kind URL = new Kind("an http(s) URL", List.of(), Kind::url);

  /** One that is asked for as it is written, with the slash at its end. */
  static final Kind WHOLE_URL = new Kind(URL.expected(), List.of(), Kind::wholeUrl);

  static final Kind ORIGIN =
      matching(
          "an origin such as https://app.example.org", "https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?");
  static final Kind LISTEN_ADDRESS =
      new Kind("host:port, such as 127.0.0.1:29380", List.of(), Kind::listen);
  static final Kind DURATION =
      new Kind("a duration such as 30d, 12h, 15m or 10s", List.of(), Kind::duration);
  static final Kind SERVER_NAME =
      matching("a server name, such as example.org", SERVER.pattern()).map(t -> t);
  static final Kind IDENTIFIER =
      matching("a name of letters, digits, _ and -", "[A-Za-z0-9_-]{1,64}");
  static final Kind NETWORK =
      matching("a name of a-z, 0-9, _ and -, such as instagram", "[a-z0-9_-]{1,32}");
  static final Kind LOCALPART =
      matching("a localpart of a-z, 0-9 and . _ = / + -", "[a-z0-9._=/+-]{1,200}");
  static final Kind USER = new Kind("a user id, such as @me:example.org", List.of(), Kind::user);
  static final Kind SPACE =
      new Kind("an alias such as #village:example.org, or a room id", List.of(), Kind::space);
  static final Kind DATABASE =
      new Kind(
          "embedded, or postgresql://user:password@host:5432/name",
          List.of("embedded"),
          Kind::database);
  static final Kind MOMENT =
      new Kind("now, beginning, or a time such as 2026-11-21T18:00:00Z", List.of(), Kind::moment);

  /** One of a closed list of words. */
  static Kind words(String... words) {
    return choice("one of " + String.join(", ", words), words);
  }

  private static Kind choice(String expected, String... words) {
    List<String> list = List.of(words);
    return new Kind(
        expected,
        list,
        t -> {
          if (list.contains(t)) {
            return t;
          }
          throw new IllegalArgumentException();
        });
  }

  /** A word of a closed list, or whatever another kind reads. */
  static Kind wordOr(Kind other, String... words) {
    List<String> list = List.of(words);
    return new Kind(
        String.join(", ", words) + ", or " + other.expected,
        list,
        t -> list.contains(t) ? t : other.reader.apply(t));
  }

  /** A whole number in a range. */
  static Kind number(int least, int most) {
    return new Kind(
        "a whole number from " + least + " to " + most,
        List.of(),
        t -> {
          int n = Integer.parseInt(t);
          if (n < least || n > most) {
            throw new IllegalArgumentException();
          }
          return n;
        });
  }

  /** A number of bytes, from 0 on. */
  static Kind size(int most) {
    String limit = most / MIB + "MiB";
    return new Kind(
        "a size such as 256KiB or 1MiB, at most " + limit, List.of(), t -> bytes(t, most, limit));
  }

  private static Object bytes(String text, int most, String limit) {
    Matcher m = SIZE.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException();
    }
    long n =
        Long.parseLong(m.group("n"))
            * switch (String.valueOf(m.group("unit"))) {
              case "KiB" -> 1024;
              case "MiB" -> MIB;
              case "kB", "KB" -> 1000;
              case "MB" -> 1_000_000;
              default -> 1;
            };
    if (n > most) {
      throw new IllegalArgumentException(
          "is more than " + limit + ", the most that is possible; larger files are linked");
    }
    return (int) n;
  }

  /** Text of a certain form. */
  static Kind matching(String expected, String regex) {
    Pattern pattern = Pattern.compile(regex);
    return new Kind(
        expected,
        List.of(),
        t -> {
          if (!pattern.matcher(t).matches()) {
            throw new IllegalArgumentException();
          }
          return t;
        });
  }

  /** Text with the given placeholders in braces, and no others. */
  static Kind template(String... names) {
    List<String> known = List.of(names);
    String list = "{" + String.join("}, {", names) + "}";
    return new Kind(
        "text with " + list,
        List.of(),
        t -> {
          Matcher m = PLACEHOLDER.matcher(t);
          while (m.find()) {
            if (!known.contains(m.group(1))) {
              throw new IllegalArgumentException(
                  m.group() + " is no placeholder; there are " + list);
            }
          }
          return t;
        });
  }

  private Kind map(Function<String, Object> then) {
    return new Kind(expected, choices, t -> then.apply((String) reader.apply(t)));
  }

  private static Object path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static Object url(String text) {
    try {
      URI uri = new URI(text);
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      if (!List.of("http", "https").contains(scheme) || uri.getHost() == null) {
        // As Docker Compose calls its containers.
        boolean underscore = String.valueOf(uri.getRawAuthority()).contains("_");
        throw underscore
            ? new IllegalArgumentException(
                "the name of a host cannot hold an underscore; give it an alias without one, or name its address")
            : new IllegalArgumentException();
      }
      if (uri.getRawUserInfo() != null) {
        throw new IllegalArgumentException("an address may not hold a user name or password");
      }
      return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static Object wholeUrl(String text) {
    Object unused = url(text);
    return text;
  }

  private static Object listen(String text) {
    Matcher m = LISTEN.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException();
    }
    int port = Integer.parseInt(m.group("port"));
    if (port > 65535) {
      throw new IllegalArgumentException("port " + port + " is above 65535");
    }
    String host = m.group("host") == null ? "127.0.0.1" : m.group("host");
    return new Config.Listen(host.replace("[", "").replace("]", ""), port);
  }

  private static Object duration(String text) {
    Matcher m = SPAN.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException();
    }
    long n = Long.parseLong(m.group("n"));
    return switch (m.group("unit")) {
      case "ms" -> Duration.ofMillis(n);
      case "s" -> Duration.ofSeconds(n);
      case "m" -> Duration.ofMinutes(n);
      case "h" -> Duration.ofHours(n);
      case "w" -> Duration.ofDays(7 * n);
      default -> Duration.ofDays(n);
    };
  }

  private static Object user(String text) {
    if (!UserId.isValid(text)) {
      throw new IllegalArgumentException();
    }
    return new UserId(text);
  }

  private static Object space(String text) {
    if (!RoomAlias.isValid(text) && !(text.startsWith("!") && text.length() > 1)) {
      throw new IllegalArgumentException();
    }
    return text;
  }

  private static Object database(String text) {
    if (text.equals("embedded")) {
      return text;
    }
    if (text.startsWith("jdbc:")) {
      throw new IllegalArgumentException("write it without jdbc:, as " + DATABASE.expected);
    }
    try {
      URI uri = new URI(text);
      if (!List.of("postgresql", "postgres").contains(String.valueOf(uri.getScheme()))) {
        throw new IllegalArgumentException("Ferry needs PostgreSQL: " + DATABASE.expected);
      }
      var unused = DatabaseUrl.parse(text);
      return Secret.of(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "not a URL; characters such as @ / # % in the password are written %40 %2F %23 %25", e);
    }
  }

  private static Object moment(String text) {
    if (text.equals("now") || text.equals("beginning")) {
      return text;
    }
    try {
      return text.length() == 10
          ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant().toString()
          : Instant.parse(text).toString();
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
