package org.ferry.matrix.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.ferry.id.DeviceId;
import org.ferry.matrix.event.Json;

/**
 * The devices of a user of the application service. Blocks and throws as {@link Intent} does. Safe
 * for use by many threads.
 */
public final class Devices {
  private static final String DEVICE = "/_matrix/client/v3/devices/{}";

  private final Asker asker;

  Devices(Asker asker) {
    this.asker = asker;
  }

  /**
   * Makes sure that a device exists: by {@code PUT /devices} (specification 1.17), or, where the
   * server does not offer that, by an application service login.
   *
   * @param wanted the id it shall have
   * @param displayName the name its owner sees
   * @return the id it has
   */
  public DeviceId ensure(DeviceId wanted, String displayName) {
    return put(wanted, displayName) ? wanted : login(wanted, displayName);
  }

  /**
   * Makes a device by {@code PUT /devices} (MSC4190, specification 1.17); it is there already where
   * this is a repeat.
   *
   * @return false where the server does not offer that
   */
  public boolean put(DeviceId wanted, String displayName) {
    try {
      ObjectNode body = Json.object().put("display_name", displayName);
      asker.tell(Call.put(body, DEVICE, wanted.value()));
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
    body.putObject("identifier").put("type", "m.id.user").put("user", asker.user().value());
    ObjectNode answer = asker.server().json(Call.post(body, "/_matrix/client/v3/login"));
    return new DeviceId(Asker.required(answer, "device_id"));
  }

  /** Whether the server has this device. */
  public boolean has(DeviceId which) {
    return asker.find(Call.get(DEVICE, which.value())).isPresent();
  }

  /** The ids of all devices. */
  public List<DeviceId> all() {
    ObjectNode answer = asker.ask(Call.get("/_matrix/client/v3/devices"), List.of("devices.*"));
    return Asker.objects(answer.path("devices")).stream()
        .map(d -> new DeviceId(Asker.required(d, "device_id")))
        .toList();
  }

  /** Deletes a device; nothing happens where there is none. */
  public void delete(DeviceId which) {
    asker.remove(Call.delete(DEVICE, which.value()));
  }
}
