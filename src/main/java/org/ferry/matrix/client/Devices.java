package org.ferry.matrix.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.ferry.id.DeviceId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;

/** Makes and removes devices of users of the application service. */
final class Devices {
  private static final String DEVICE = "/_matrix/client/v3/devices/{}";

  private final Homeserver server;
  private final UserId user;

  Devices(Homeserver server, UserId user) {
    this.server = server;
    this.user = user;
  }

  DeviceId ensure(DeviceId wanted, String displayName) {
    return put(wanted, displayName) ? wanted : login(wanted, displayName);
  }

  /** Makes a device by MSC4190; false where the server does not offer that. */
  boolean put(DeviceId wanted, String displayName) {
    try {
      ObjectNode body = Json.object().put("display_name", displayName);
      Answer unused = server.answer(Call.put(body, DEVICE, wanted.value()).as(user, null));
      return true;
    } catch (MatrixException e) {
      if (!e.isNotFound() && !e.isUnrecognized()) {
        throw e;
      }
      return false;
    }
  }

  /** The token that comes with the login is not kept: the device is what is wanted. */
  private DeviceId login(DeviceId wanted, String displayName) {
    ObjectNode body =
        Json.object()
            .put("type", "m.login.application_service")
            .put("device_id", wanted.value())
            .put("initial_device_display_name", displayName);
    body.putObject("identifier").put("type", "m.id.user").put("user", user.value());
    ObjectNode answer = server.json(Call.post(body, "/_matrix/client/v3/login"));
    return new DeviceId(Intent.required(answer, "device_id"));
  }

  void delete(DeviceId which) {
    try {
      Answer unused = server.answer(Call.delete(DEVICE, which.value()).as(user, null));
    } catch (MatrixException e) {
      if (!e.isNotFound()) {
        throw e;
      }
    }
  }
}
