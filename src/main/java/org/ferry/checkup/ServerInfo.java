package org.ferry.checkup;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which homeserver answers.
 *
 * @param name the program, such as {@code Synapse}; "a homeserver" where it does not say
 * @param version its version, empty where it does not say
 * @param spec the newest version of the specification that it names, empty where none
 */
public record ServerInfo(String name, String version, String spec) {
  /** Whether it is Synapse, whose configuration the remedies know. */
  boolean isSynapse() {
    return name.equalsIgnoreCase("synapse");
  }

  /** Name and version. */
  public String label() {
    return (name + " " + version).strip();
  }

  /**
   * Reads what servers say of themselves.
   *
   * @param versions the answer to {@code /_matrix/client/versions}
   * @param federation the answer to {@code /_matrix/federation/v1/version}, null where none came
   */
  static ServerInfo of(Reply versions, @Nullable Reply federation) {
    List<String> all = new ArrayList<>();
    versions.at("versions").forEach(v -> all.add(v.asText()));
    String spec = all.isEmpty() ? "" : all.getLast();
    String name = federation == null ? "" : federation.at("server").path("name").asText("");
    if (!name.isEmpty()) {
      String version = federation == null ? "" : federation.at("server").path("version").asText("");
      return new ServerInfo(name, version, spec);
    }
    String[] header = versions.header("server").split("[/ ]", 3);
    boolean program = header.length > 1 && header[1].matches("[0-9].*") && !isProxy(header[0]);
    return program
        ? new ServerInfo(header[0], header[1], spec)
        : new ServerInfo("a homeserver", "", spec);
  }

  private static boolean isProxy(String name) {
    return name.matches("(?i)nginx|apache|caddy|openresty|cloudflare|traefik|haproxy|lighttpd");
  }
}
