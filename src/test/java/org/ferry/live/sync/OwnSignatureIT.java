package org.ferry.live.sync;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.ferry.crypto.ConfirmedIdentity;
import org.ferry.crypto.DeviceRef;
import org.ferry.crypto.Lease;
import org.ferry.crypto.OlmMachine;
import org.ferry.crypto.SealedSecret;
import org.ferry.crypto.SyncInput;
import org.ferry.crypto.keys.MadeStorage;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.crypto.vodozemac.Ed25519Keypair;
import org.ferry.id.DeviceId;
import org.ferry.id.UserId;
import org.ferry.lab.LabClient;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.HomeserverOptions;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.Patience;
import org.ferry.matrix.event.Json;
import org.ferry.store.StoreLab;
import org.ferry.store.crypto.PgCryptoStore;
import org.ferry.store.crypto.PgDevices;
import org.ferry.store.crypto.PgKeyring;
import org.ferry.store.crypto.PgRoomKeys;
import org.ferry.testing.ForgedIdentity;
import org.ferry.testing.HttpFaultProxy;
import org.ferry.testing.TestLab;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A device of an account with secret storage, on a homeserver that shows another identity. */
class OwnSignatureIT {
  private static final String V3 = "/_matrix/client/v3";
  private static final String MASTER = "m.cross_signing.master";
  private static final String SELF = "m.cross_signing.self_signing";

  private static final class Clock implements InstantSource {
    private Instant now = Instant.parse("2026-11-21T09:00:00Z");

    @Override
    public Instant instant() {
      return now;
    }

    void pass(Duration time) {
      now = now.plus(time);
    }
  }

  private final Clock clock = new Clock();
  private final StoreLab lab = new StoreLab();
  private final PgKeyring keyring = PgKeyring.open(lab.database(), PickleKey.random());
  private final PgRoomKeys keys = new PgRoomKeys(lab.database(), keyring, 10);
  private final LabClient person = TestLab.shared().person("storage");
  private final DeviceRef ref =
      new DeviceRef(
          new UserId(person.userId()),
          new DeviceId(person.get(V3 + "/account/whoami").path("device_id").asText()));
  private final PgCryptoStore store = PgCryptoStore.of(lab.database(), keys, ref);
  private final Lease lease = store.claim("test", Duration.ofMinutes(5)).orElseThrow();
  private final OlmMachine olm = OlmMachine.open(store, keys, keyring, lease, clock, alarm -> {});
  private final Machine machine = machine();
  private final Vertx vertx = Vertx.vertx();
  private final HttpFaultProxy proxy = HttpFaultProxy.to(TestLab.shared().target().baseUrl());
  private final Homeserver homeserver =
      Homeserver.personal(
          vertx,
          HomeserverOptions.of(proxy.url().toString(), TestLab.DOMAIN, person.token()),
          Patience.none(),
          InstantSource.system());
  private final Intent intent = homeserver.as(ref.user(), ref.device());
  private final Requests requests = new Requests(machine, intent);
  private final MadeStorage storage = MadeStorage.fresh();
  private final OwnSignature signature = new OwnSignature(storage.recoveryKey(), clock);
  private final Logger logger = (Logger) LoggerFactory.getLogger(OwnSignature.class);
  private final ListAppender<ILoggingEvent> said = new ListAppender<>();

  /** What the daemon asks of a device, asked of the real one. */
  private Machine machine() {
    Lock witnessing = new ReentrantLock();
    return (Machine)
        Proxy.newProxyInstance(
            Machine.class.getClassLoader(),
            new Class<?>[] {Machine.class},
            (proxy, method, arguments) ->
                method.getName().equals("witnessing")
                    ? witnessing
                    : Arrays.stream(OlmMachine.class.getMethods())
                        .filter(m -> m.getName().equals(method.getName()))
                        .findFirst()
                        .orElseThrow()
                        .invoke(olm, arguments));
  }

  @BeforeEach
  void signed() {
    said.start();
    logger.addAppender(said);
    try (Ed25519Keypair master = Ed25519Keypair.create();
        Ed25519Keypair self = Ed25519Keypair.create()) {
      ObjectNode body = Json.object();
      ObjectNode auth = body.putObject("auth").put("type", "m.login.password");
      auth.put("password", TestLab.PASSWORD.reveal());
      auth.putObject("identifier").put("type", "m.id.user").put("user", person.userId());
      body.set("master_key", key("master", master, master));
      body.set("self_signing_key", key("self_signing", self, master));
      JsonNode unused = person.post(V3 + "/keys/device_signing/upload", body);
      keep("m.secret_storage.default_key", Json.object().put("key", "k"));
      keep("m.secret_storage.key.k", storage.description());
      keep(MASTER, master);
      keep(SELF, self);
    }
    send();
    signature.tend(intent, machine);
    send();
    assertThat(machine.isSigned()).isTrue();
  }

  private ObjectNode key(String usage, Ed25519Keypair pair, Ed25519Keypair master) {
    String name = pair.publicKey().base64();
    ObjectNode key = Json.object().put("user_id", person.userId());
    key.putArray("usage").add(usage);
    key.putObject("keys").put("ed25519:" + name, name);
    String signed = master.sign(Json.canonical(key).getBytes(StandardCharsets.UTF_8));
    key.putObject("signatures")
        .putObject(person.userId())
        .put("ed25519:" + master.publicKey().base64(), signed);
    return key;
  }

  private void keep(String name, Ed25519Keypair pair) {
    ObjectNode secret = Json.object();
    String seed = Base64.getEncoder().withoutPadding().encodeToString(pair.seed());
    secret.putObject("encrypted").set("k", storage.seal(name, seed));
    keep(name, secret);
  }

  private void keep(String type, ObjectNode content) {
    JsonNode unused =
        person.put(
            V3 + "/user/" + LabClient.esc(person.userId()) + "/account_data/" + type, content);
  }

  private void send() {
    for (int i = 0; i < 20 && requests.sendAll(); i++) {
      clock.pass(Duration.ofSeconds(1));
    }
  }

  /** The homeserver tells that something of the account changed. */
  private void news() {
    String user = person.userId();
    var unused =
        olm.receive(new SyncInput(List.of(), List.of(user), List.of(), Map.of(), null, "next"));
    send();
  }

  /** Tends for a while, as after the syncs of a quiet account; how often the storage was read. */
  private long looks(Duration time) {
    long before = looks();
    for (Instant end = clock.now.plus(time); clock.now.isBefore(end); ) {
      clock.pass(Duration.ofSeconds(30));
      signature.tend(intent, machine);
    }
    return looks() - before;
  }

  private long looks() {
    return proxy.seen().stream().filter(s -> s.path().contains("/" + SELF)).count();
  }

  private long said(String words) {
    return said.list.stream().filter(e -> e.getFormattedMessage().contains(words)).count();
  }

  private void accept(String master) {
    String name = ConfirmedIdentity.NAME;
    SealedSecret word = ConfirmedIdentity.seal(name, keyring, ref, master);
    new PgDevices(lab.database()).leave(ref, name, word);
    send();
    assertThat(machine.isSigned()).as("a word was taken").isTrue();
  }

  @AfterEach
  void close() {
    logger.detachAppender(said);
    homeserver.close();
    proxy.close();
    vertx.close().await();
    olm.close();
    keys.close();
    keyring.close();
    lab.close();
  }

  @Test
  void whatTheStorageContradictsCountsForNobodysWordAndIsLookedForEverLessOften() throws Exception {
    assertThat(looks(Duration.ofHours(4))).as("of what is sound").isBetween(3L, 5L);
    String theirs = ForgedIdentity.over(TestLab.shared().target(), person);
    news();
    assertThat(machine.isSigned()).isFalse();
    assertThat(looks(Duration.ofHours(4))).as("ten seconds, doubled to an hour").isBetween(7L, 14L);
    assertThat(looks(Duration.ofHours(4))).as("once an hour").isBetween(3L, 5L);
    assertThat(machine.isSigned()).isFalse();
    assertThat(said("event=device_alarm")).isEqualTo(1);

    accept(theirs);
    clock.pass(Duration.ofMinutes(2));
    signature.tend(intent, machine);
    assertThat(machine.isSigned()).isFalse();
    assertThat(said("event=device_alarm")).as("once more, for the word changed it").isEqualTo(2);
    assertThat(said("event=device_unsigned")).isEqualTo(2);
  }

  /** Each look holds up what is read, and a sound device needs none. */
  @Test
  void aStorageThatIsAwayIsLookedAtEverLessOften() {
    proxy.answer(s -> s.path().contains("/" + SELF), Integer.MAX_VALUE, 503, "{}");
    assertThat(looks(Duration.ofHours(2))).as("a minute, doubled").isBetween(5L, 9L);
    assertThat(looks(Duration.ofHours(4))).as("once an hour").isBetween(3L, 5L);
    proxy.heal();
    assertThat(looks(Duration.ofHours(4))).isBetween(3L, 5L);
    assertThat(machine.isSigned()).isTrue();
    assertThat(said("event=device_unsigned")).isZero();
  }
}
