package org.ferry.store;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.ferry.id.Secret;
import org.jspecify.annotations.Nullable;

/**
 * Where a PostgreSQL database is and who enters it.
 *
 * @param host a name, an address, or the folder of a Unix socket (begins with a slash)
 * @param port 1 to 65535; for a Unix socket the number in the socket's name
 * @param database its name
 * @param user who enters
 * @param password null where the server asks for none
 * @param tls how the connection is protected
 * @param rootCertificate PEM file of the trusted authorities; null for those of the Java runtime
 */
public record DatabaseUrl(
    String host,
    int port,
    String database,
    String user,
    @Nullable Secret password,
    TlsMode tls,
    @Nullable String rootCertificate) {

  /**
   * Reads an address as hosting platforms and libpq write it: {@code
   * postgres://user:password@host:port/database?sslmode=require}, also with {@code postgresql://}
   * or {@code jdbc:postgresql://}; a Unix socket's folder is given as {@code ?host=/run/postgresql}
   * or as the percent-encoded host. Parameters that mean nothing to Ferry are passed over.
   *
   * @param url the address
   * @return its parts
   * @throws IllegalArgumentException where it is none; the message never holds the password
   */
  public static DatabaseUrl parse(String url) {
    String text = url.strip();
    String plain = text.startsWith("jdbc:") ? text.substring(5) : text;
    int scheme = plain.indexOf("://");
    if (scheme < 0 || !plain.substring(0, scheme).matches("postgres(ql)?")) {
      throw new IllegalArgumentException(
          "the database address must look like postgres://user:password@host:5432/database");
    }
    String rest = plain.substring(scheme + 3);
    int query = rest.indexOf('?');
    Map<String, String> options = options(query < 0 ? "" : rest.substring(query + 1));
    String place = query < 0 ? rest : rest.substring(0, query);
    int slash = place.indexOf('/');
    String authority = slash < 0 ? place : place.substring(0, slash);
    String database = slash < 0 ? "" : decode(place.substring(slash + 1));
    boolean loginEndsEarly =
        !authority.contains("@") && rest.contains("@") && !options.containsKey("user");
    // A raw @ behind the slash or the question mark is one of a password that holds these, too.
    if (loginEndsEarly || place.indexOf('@', authority.length()) >= 0 || isCutLogin(rest, query)) {
      throw new IllegalArgumentException(
          "the user or password in the database address holds a character that must be"
              + " percent-encoded: / is %2F, ? is %3F, # is %23, @ is %40, : is %3A, % is %25");
    }
    return parse(authority, database, options);
  }

  private static boolean isCutLogin(String rest, int query) {
    return query >= 0
        && Arrays.stream(rest.substring(query + 1).split("&", -1))
            .anyMatch(pair -> pair.contains("@") && !pair.contains("="));
  }

  private static DatabaseUrl parse(String authority, String path, Map<String, String> options) {
    int at = authority.lastIndexOf('@');
    String login = at < 0 ? "" : authority.substring(0, at);
    int colon = login.indexOf(':');
    String user = decode(colon < 0 ? login : login.substring(0, colon));
    String password = colon < 0 ? "" : decode(login.substring(colon + 1));
    user = options.getOrDefault("user", user.isEmpty() ? System.getProperty("user.name") : user);
    password = options.getOrDefault("password", password);
    Address address = Address.parse(authority.substring(at + 1));
    String database = options.getOrDefault("dbname", path.isEmpty() ? user : path);
    boolean tlsAsked = "true".equals(options.get("ssl"));
    return new DatabaseUrl(
        options.getOrDefault("host", address.host),
        port(options.getOrDefault("port", address.port)),
        database,
        user,
        password.isEmpty() ? null : Secret.of(password),
        TlsMode.of(options.getOrDefault("sslmode", tlsAsked ? "require" : "prefer")),
        Optional.ofNullable(options.get("sslrootcert"))
            .filter(f -> !f.equals("system"))
            .orElse(null));
  }

  /** True where the database is reached through a Unix socket. */
  public boolean isSocket() {
    return host.startsWith("/");
  }

  /** The same database, its connections protected in another way. */
  DatabaseUrl with(TlsMode mode) {
    return new DatabaseUrl(host, port, database, user, password, mode, rootCertificate);
  }

  /** The socket file of a database that is reached through one. */
  String socketFile() {
    return host + "/.s.PGSQL." + port;
  }

  /** What to call the database in messages; never holds the password. */
  public String label() {
    return isSocket()
        ? "%s (socket %s)".formatted(database, socketFile())
        : "%s on %s:%d".formatted(database, host, port);
  }

  private static Map<String, String> options(String query) {
    Map<String, String> options = new HashMap<>();
    for (String pair : query.split("&", -1)) {
      int is = pair.indexOf('=');
      if (is > 0 && is < pair.length() - 1) {
        options.put(decode(pair.substring(0, is)), decode(pair.substring(is + 1)));
      }
    }
    return options;
  }

  private static int port(String text) {
    try {
      int port = Integer.parseInt(text);
      if (port > 0 && port < 65536) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Said below, with the same sentence as for a number out of range.
    }
    // Without an @ what stands there is a password, as in postgres://user:password/database.
    throw new IllegalArgumentException(
        "the port in the database address is not 1 to 65535"
            + "; a user and a password end with @ before the host");
  }

  private static String decode(String text) {
    try {
      // A plus sign is itself here; only forms read it as a blank.
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the database address holds a % that starts no percent-encoding; a percent sign itself"
              + " is written %25");
    }
  }

  private record Address(String host, String port) {
    static Address parse(String text) {
      if (text.contains(",")) {
        throw new IllegalArgumentException(
            "the database address names several hosts; name the primary server alone");
      }
      int end = text.startsWith("[") ? text.indexOf(']') : -1;
      int colon = text.indexOf(':', Math.max(end, 0));
      String host = colon < 0 ? text : text.substring(0, colon);
      String port = colon < 0 ? "" : text.substring(colon + 1);
      String bare = end > 0 ? host.substring(1, host.length() - 1) : decode(host);
      return new Address(bare.isEmpty() ? "localhost" : bare, port.isEmpty() ? "5432" : port);
    }
  }
}
