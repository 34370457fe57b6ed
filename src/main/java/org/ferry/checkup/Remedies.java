package org.ferry.checkup;

import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.ferry.config.Config;

/** What to type or to paste, word for word, for one installation. */
final class Remedies {
  static final String RESTART =
      "and restart it: sudo systemctl restart matrix-synapse, or docker restart synapse";

  /** Where Synapse listens unless told otherwise. */
  static final String USUAL = "http://127.0.0.1:8008";

  private static final String WHERE =
      "   # or the address and port that homeserver.yaml has under listeners";

  private static final Pattern BRIDGE = Pattern.compile("(docker|podman|cni|br-).*");
  private static final String PACKAGED = "/etc/matrix-synapse/ferry-registration.yaml";

  private final Config config;

  Remedies(Config config) {
    this.config = config;
  }

  /** Lines for the homeserver's configuration. */
  static String synapse(String... yaml) {
    return "in homeserver.yaml set:\n" + indented(yaml) + "\n" + RESTART;
  }

  /** Lines for Ferry's configuration. */
  String ferry(String... yaml) {
    return "in " + config.file() + " set:\n" + indented(yaml);
  }

  /** The homeserver's own address, past what stands in front of it. */
  String past() {
    return ferry("homeserver: {address: \"" + USUAL + "\"}" + WHERE);
  }

  private static String indented(String... lines) {
    return "  " + String.join("\n  ", lines);
  }

  /** The homeserver reads another registration than Ferry, or none. */
  String handOver() {
    String file = config.appservice().registration().toString();
    return "hand the homeserver Ferry's registration:\n"
        + indented("sudo install -o matrix-synapse -g nogroup -m 0600 " + file + " " + PACKAGED)
        + "\nor, where it runs in a container named synapse:\n"
        + indented(
            "docker cp "
                + file
                + " synapse:/data/ferry-registration.yaml && docker exec -u 0 synapse chown"
                + " --reference=/data /data/ferry-registration.yaml")
        + "\n"
        + synapse("app_service_config_files: [\"" + PACKAGED + "\"]")
        + "\nDendrite reads it where dendrite.yaml names it; other homeservers have a place of their own:\n"
        + indented("app_service_api: {config_files: [\"" + file + "\"]}");
  }

  /** The registration itself is not what the configuration needs. */
  String writeAndHandOver() {
    return "write the registration anew, with the tokens it has:\n  ferry registration --force\nthen "
        + handOver();
  }

  /**
   * One entry of the registration is not what the configuration needs. A token that will not do is
   * not mended by writing the file anew, which keeps it.
   */
  String registration(String key) {
    return key.endsWith("_token")
        ? "draw new tokens:\n  ferry reset --tokens\nthen " + handOver()
        : writeAndHandOver();
  }

  /** Addresses by which a homeserver that is not on this machine's loopback reaches Ferry. */
  String reachable() {
    URI address = URI.create(config.appservice().address());
    int port = config.appservice().listen().port();
    List<String> lines = new ArrayList<>();
    lines.add(
        line("host.docker.internal", port)
            + "   # a container on this machine, run with --add-host=host.docker.internal:host-gateway");
    for (String gateway : gateways()) {
      lines.add(line(gateway, port) + "   # the same, by the bridge's gateway");
    }
    lines.add(line("ferry", port) + "   # Ferry in the same compose project, by its service name");
    return "if the homeserver runs beside Ferry, let Ferry listen where "
        + address.getHost()
        + " leads; if it runs in a container or on another machine, one of these in "
        + config.file()
        + ":\n"
        + indented(lines.toArray(String[]::new))
        + "\nthen "
        + writeAndHandOver();
  }

  private static String line(String host, int port) {
    return "appservice: {address: \"http://%s:%d\", listen: \"0.0.0.0:%d\"}"
        .formatted(host, port, port);
  }

  /** This machine's own addresses on the bridges of container engines. */
  private static List<String> gateways() {
    try {
      return NetworkInterface.networkInterfaces()
          .filter(i -> BRIDGE.matcher(i.getName()).matches())
          .flatMap(NetworkInterface::inetAddresses)
          .map(a -> a.getHostAddress())
          .filter(a -> !a.contains(":"))
          .sorted()
          .toList();
    } catch (SocketException e) {
      return List.of();
    }
  }

  /** How Java comes to trust a certificate authority of one's own. */
  static String trust() {
    return """
    have Java trust the authority that signed its certificate, here ca.pem; for all of this Java, as root:
      keytool -importcert -cacerts -storepass changeit -noprompt -alias homeserver -file ca.pem
    or for Ferry alone, which then trusts no other:
      keytool -importcert -keystore trust.p12 -storepass changeit -noprompt -alias homeserver -file ca.pem
      export FERRY_JAVA_OPTS="-Djavax.net.ssl.trustStore=$PWD/trust.p12 -Djavax.net.ssl.trustStorePassword=changeit"\
    """;
  }

  /** What a reverse proxy in front of a homeserver has to do. */
  static String proxy() {
    return """
    where homeserver.yaml has another port under listeners than 8008, write that:
    nginx:
      location ~ ^(/_matrix|/_synapse/client) {
        proxy_pass %1$s;   # nothing behind the port, not even a slash
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header Host $host;
        client_max_body_size 100M;
        proxy_http_version 1.1;
      }
    Caddy:
      reverse_proxy /_matrix/* %1$s
      reverse_proxy /_synapse/client/* %1$s
    or go past it: homeserver: {address: "%1$s"}\
    """
        .formatted(USUAL);
  }

  /** The same under a path of its own, which the proxy takes off without touching the rest. */
  static String prefix(String path, String homeserver) {
    return """
    nginx:
      location %1$s/ {
        rewrite ^ $request_uri;
        rewrite ^%1$s(/.*)$ $1 break;
        proxy_pass %2$s$uri;
      }\
    """
        .formatted(path, homeserver);
  }

  /** What keeps a proxy from letting only some methods through. */
  static String methods() {
    return "let it pass GET, POST, PUT, DELETE and OPTIONS on; in nginx take limit_except out of the location, in HAProxy and Apache any rule on the method";
  }
}
