package org.ferry.matrix.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import org.ferry.matrix.event.Json;

/**
 * The keys of one device and what it sends to others (client-server API, "End-to-end encryption"
 * and "Send-to-Device messaging"). Bodies and answers are those of the specification. Every request
 * may be repeated as it is. Blocks and throws as {@link Intent} does. Safe for use by many threads.
 */
public final class DeviceKeys {
  private static final String KEYS = Asker.V3 + "/keys";
  private static final String BACKUP = Asker.V3 + "/room_keys";

  /** What other people's devices say of themselves in answers. */
  private static final List<String> QUERIED =
      List.of(
          "device_keys.*.*",
          "master_keys.*",
          "self_signing_keys.*",
          "user_signing_keys.*",
          "failures.*");

  private static final List<String> CLAIMED = List.of("one_time_keys.*.*.*", "failures.*");

  private final Asker asker;

  DeviceKeys(Asker asker) {
    this.asker = asker;
  }

  /** {@code POST /keys/upload}; an empty body asks only how many one-time keys are left. */
  public ObjectNode upload(ObjectNode body) {
    return asker.ask(Call.post(body, KEYS + "/upload"));
  }

  /** {@code POST /keys/query}; a device that cannot be read is null in the answer. */
  public ObjectNode query(ObjectNode body) {
    return asker.ask(Call.post(body, KEYS + "/query"), QUERIED);
  }

  /**
   * {@code POST /keys/claim}; a repeat claims other keys, which costs the owner one and no more.
   */
  public ObjectNode claim(ObjectNode body) {
    return asker.ask(Call.post(body, KEYS + "/claim"), CLAIMED);
  }

  /** {@code GET /keys/changes}: whose devices changed between two sync tokens. */
  public ObjectNode changes(String from, String to) {
    return asker.ask(Call.get(KEYS + "/changes").with("from", from).with("to", to));
  }

  /** {@code POST /keys/signatures/upload}. */
  public ObjectNode uploadSignatures(ObjectNode body) {
    return asker.ask(Call.post(body, KEYS + "/signatures/upload"));
  }

  /**
   * {@code POST /keys/device_signing/upload}. An application service needs no further
   * authentication (specification 1.17); a person's token may be answered with 401 and the ways to
   * authenticate, which is thrown as a {@link MatrixException} without a code.
   */
  public ObjectNode uploadCrossSigning(ObjectNode body) {
    return asker.ask(Call.post(body, KEYS + "/device_signing/upload"));
  }

  /**
   * Sends messages to devices, {@code PUT /sendToDevice/{type}/{txnId}}.
   *
   * @param type the event type
   * @param txnId the same for a repeat, else unique for this device
   * @param messages contents by device by user; the object below {@code messages}
   */
  public void sendToDevice(String type, String txnId, ObjectNode messages) {
    ObjectNode body = Json.object();
    body.set("messages", messages);
    ObjectNode unused = asker.ask(Call.put(body, Asker.V3 + "/sendToDevice/{}/{}", type, txnId));
  }

  /** {@code GET /room_keys/version}: the newest key backup; M_NOT_FOUND where there is none. */
  public ObjectNode backupVersion() {
    return asker.ask(Call.get(BACKUP + "/version"));
  }

  /**
   * {@code GET /room_keys/keys}: every session in a backup of this version, by room, as the server
   * writes it. A hundred thousand are a hundred megabytes, so they go into a file.
   *
   * @param to the file; what it held is gone
   * @throws java.io.UncheckedIOException where it cannot be written
   */
  public void backup(String version, Path to) {
    asker.fill(to, Call.get(BACKUP + "/keys").with("version", version));
  }

  /** One session in a backup; M_NOT_FOUND where the backup lacks it. */
  public ObjectNode backup(String version, String room, String session) {
    return asker.ask(Call.get(BACKUP + "/keys/{}/{}", room, session).with("version", version));
  }
}
