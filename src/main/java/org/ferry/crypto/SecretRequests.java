package org.ferry.crypto;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.ferry.crypto.keys.KeyBackup;
import org.ferry.crypto.keys.KeyException;
import org.ferry.id.Secret;
import org.ferry.matrix.event.Json;

/**
 * Asks the user's own devices for secrets (specification, "Sharing" of secrets): the key of the
 * server-side backup, and the key that signs the account's devices. Only devices that the account's
 * identity has signed are asked, once this device is signed too, and only their answers to that
 * very question are taken. Ferry gives nobody secrets.
 */
final class SecretRequests {
  /** The private key of the server-side backup, as secret storage names it. */
  static final String BACKUP = "m.megolm_backup.v1";

  private static final List<String> NAMES = List.of(BACKUP, SelfSigning.SELF);
  private static final Duration LOOK = Duration.ofSeconds(30);
  private static final Duration AGAIN = Duration.ofDays(1);

  private final CryptoStore store;
  private final Pickler pickler;
  private final OwnSecrets secrets;
  private final DeviceLists lists;
  private final SelfSigning signing;
  private Instant next = Instant.MIN;

  SecretRequests(
      CryptoStore store,
      Pickler pickler,
      OwnSecrets secrets,
      DeviceLists lists,
      SelfSigning signing) {
    this.secrets = secrets;
    this.store = store;
    this.pickler = pickler;
    this.lists = lists;
    this.signing = signing;
  }

  /** Queues what is to be asked. An identity that Ferry made itself needs nobody else's secrets. */
  void ask(Turn turn) {
    Tracked us = lists.of(store.device().user());
    if (turn.now().isBefore(next) || us == null || us.outdated()) {
      return;
    }
    next = turn.now().plus(LOOK);
    NAMES.forEach(name -> settle(name, turn));
    List<String> missing = NAMES.stream().filter(n -> isDue(n, turn.now())).toList();
    if (missing.isEmpty() || store.secret(SelfSigning.MASTER).isPresent()) {
      return;
    }
    List<Device> signed =
        lists.listed(List.of(us.user())).stream().filter(d -> Identities.vouches(us, d)).toList();
    List<Device> others = signed.stream().filter(d -> !isThis(d)).toList();
    if (!others.isEmpty() && others.size() < signed.size()) {
      missing.forEach(name -> ask(name, others, turn));
    }
  }

  private boolean isThis(Device device) {
    return device.ref().equals(store.device());
  }

  /** What came another way, or did not come in a day, nobody need answer any more. */
  private void settle(String name, Turn turn) {
    Optional<SecretRequest> open = store.secretRequest(name).filter(r -> !r.id().isEmpty());
    if (open.isPresent() && (isHere(name) || !open.get().at().plus(AGAIN).isAfter(turn.now()))) {
      cancel(open.get(), open.get().at(), turn);
    }
  }

  /** Noted without an id: it is asked for again a day after that time, where it is not here. */
  private void cancel(SecretRequest open, Instant at, Turn turn) {
    turn.add(new CryptoChange.PutSecretRequest(new SecretRequest(open.name(), "", at)));
    List<Device> others = others();
    if (!others.isEmpty()) {
      send(content("request_cancellation", open.id()), others, turn);
    }
  }

  private boolean isHere(String name) {
    return name.equals(BACKUP)
        ? secrets.open(BACKUP).isPresent()
        : signing.secret(name).isPresent();
  }

  private boolean isDue(String name, Instant now) {
    return !isHere(name)
        && store.secretRequest(name).filter(r -> r.at().plus(AGAIN).isAfter(now)).isEmpty();
  }

  private void ask(String name, List<Device> others, Turn turn) {
    String id = UUID.randomUUID().toString();
    send(content("request", id).put("name", name), others, turn);
    turn.add(new CryptoChange.PutSecretRequest(new SecretRequest(name, id, turn.now())));
  }

  private ObjectNode content(String action, String id) {
    return Json.object()
        .put("action", action)
        .put("request_id", id)
        .put("requesting_device_id", store.device().device().value());
  }

  private static void send(ObjectNode content, List<Device> to, Turn turn) {
    ObjectNode messages = Json.object();
    to.forEach(d -> OlmOutbox.address(messages, d.ref(), content));
    turn.add(
        new CryptoChange.Queue(
            new QueuedMessage(OlmOutbox.request("m.secret.request", messages), null)));
  }

  /**
   * Takes a secret in.
   *
   * @return false where it was thrown away, which was counted
   */
  boolean sent(OlmPlaintext message, Turn turn) {
    String id = ToDevice.word(message.content().path("request_id"));
    Optional<SecretRequest> asked =
        NAMES.stream()
            .flatMap(n -> store.secretRequest(n).stream())
            .filter(r -> !id.isEmpty() && r.id().equals(id))
            .findFirst();
    if (asked.isEmpty()) {
      return turn.refuse(Incident.UNSOLICITED_SECRET);
    }
    if (!lists.isOwnSigned(message)) {
      return turn.refuse(Incident.UNTRUSTED_SECRET);
    }
    String name = asked.get().name();
    if (!keep(name, message.content().path("secret"), turn)) {
      return turn.refuse(Incident.BAD_SECRET);
    }
    // The same is not asked for again today, even where it turns out useless.
    cancel(asked.get(), turn.now(), turn);
    return true;
  }

  private List<Device> others() {
    return lists.listed(List.of(store.device().user())).stream().filter(d -> !isThis(d)).toList();
  }

  private boolean keep(String name, JsonNode secret, Turn turn) {
    String text = ToDevice.word(secret);
    return !text.isEmpty()
        && (name.equals(BACKUP)
            ? keepBackupKey(Secret.of(text), turn)
            : signing.adoptShared(name, Secret.of(text), turn));
  }

  /**
   * Keeps the private key of the server-side backup; whether it is that of the present one, the
   * backup tells.
   *
   * @return false where it is no key
   */
  boolean keepBackupKey(Secret text, Turn turn) {
    try {
      var unused = KeyBackup.ofText(text.reveal());
    } catch (KeyException e) {
      // reason: the caller says that it is none.
      return false;
    }
    byte[] bytes = text.reveal().getBytes(StandardCharsets.US_ASCII);
    turn.add(new CryptoChange.PutSecret(BACKUP, pickler.sealSecret(BACKUP, bytes)));
    return true;
  }

  /** The private key of the backup, as text. */
  Optional<Secret> backupKey() {
    return secrets.open(BACKUP).map(s -> Secret.of(new String(s, StandardCharsets.US_ASCII)));
  }
}
