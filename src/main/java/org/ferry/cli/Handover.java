package org.ferry.cli;

import java.nio.file.Path;

/** How a registration is handed to a homeserver, word for word. */
final class Handover {
  private Handover() {}

  /** Two commands, of which one applies, and the line for the homeserver's configuration. */
  static String text(Path registration) {
    return """

    Hand it to the homeserver, where Synapse is a package of the system:
      sudo install -o matrix-synapse -g nogroup -m 0600 %1$s /etc/matrix-synapse/ferry-registration.yaml
    or where it runs in a container named synapse:
      docker cp %1$s synapse:/data/ferry-registration.yaml && docker exec -u 0 synapse chown --reference=/data /data/ferry-registration.yaml

    Then add to homeserver.yaml, with /data in the place of /etc/matrix-synapse for the container:
      app_service_config_files: ["/etc/matrix-synapse/ferry-registration.yaml"]
    (on a line of its own: the file may end without a line break. With a shell, the break comes first:
      printf '\\napp_service_config_files: ["/etc/matrix-synapse/ferry-registration.yaml"]\\n' | sudo tee -a /etc/matrix-synapse/homeserver.yaml )
    and restart it: sudo systemctl restart matrix-synapse, or docker restart synapse.
    Other homeservers have a place of their own; Dendrite's is in dendrite.yaml:
      app_service_api: {config_files: ["%2$s"]}\
    """
        .formatted(Failures.quote(registration.toString()), registration);
  }
}
