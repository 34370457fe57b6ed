package org.ferry.matrix.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.Set;
import org.ferry.id.DeviceId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/**
 * Ways to a token of a user's own (client-server API, "Login"). Blocks and throws as {@link Intent}
 * does; a refused password is a {@link MatrixException} with {@link Errcode#FORBIDDEN}.
 */
public final class Logins {
  /** How somebody gets a token that lasts where passwords do not log in; ends a sentence. */
  public static final String LASTING_TOKEN =
      "a token that lasts. Where an authentication service (MAS) has charge of accounts, its administrator has one printed by: mas-cli manage issue-compatibility-token USER (the token of a browser's session ends within minutes there)";

  private static final String LOGIN = "/_matrix/client/v3/login";

  private final Homeserver server;

  Logins(Homeserver server) {
    this.server = server;
  }

  /** The kinds of login that the server offers, such as {@code m.login.password}. */
  public Set<String> offered() {
    Set<String> kinds = new HashSet<>();
    server
        .json(Call.get(LOGIN).withoutToken())
        .path("flows")
        .forEach(flow -> kinds.add(flow.path("type").asText()));
    return kinds;
  }

  /**
   * Logs in with a password.
   *
   * @param user who
   * @param password theirs
   * @param device the device to be; null lets the server make a new one
   * @param name what its owner sees of a new one
   */
  public Login password(UserId user, Secret password, @Nullable DeviceId device, String name) {
    ObjectNode body = request("m.login.password", user, device, name);
    body.put("password", password.reveal());
    return login(Call.post(body, LOGIN).withoutToken());
  }

  /**
   * Logs a user of the application service in, with the application service's token.
   *
   * @param user who
   * @param device the device to be; null lets the server make a new one
   * @param name what its owner sees of a new one
   */
  public Login applicationService(UserId user, @Nullable DeviceId device, String name) {
    return login(Call.post(request("m.login.application_service", user, device, name), LOGIN));
  }

  private static ObjectNode request(
      String type, UserId user, @Nullable DeviceId device, String name) {
    ObjectNode body = Json.object().put("type", type);
    body.putObject("identifier").put("type", "m.id.user").put("user", user.value());
    if (device != null) {
      body.put("device_id", device.value());
    }
    return body.put("initial_device_display_name", name);
  }

  private Login login(Call call) {
    ObjectNode answer = server.json(call);
    return new Login(
        new UserId(Asker.required(answer, "user_id")),
        new DeviceId(Asker.required(answer, "device_id")),
        Secret.of(Asker.required(answer, "access_token")));
  }
}
