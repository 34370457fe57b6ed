package org.ferry.matrix.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.ferry.matrix.client.FaultyServer.answer;
import static org.ferry.matrix.client.FaultyServer.half;
import static org.ferry.matrix.client.FaultyServer.hangUp;
import static org.ferry.matrix.client.FaultyServer.silence;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.ferry.id.EventId;
import org.ferry.id.MxcUri;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.testing.FaultProxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the client makes of a homeserver that limits, fails, is silent or goes away. */
class BadDaysTest {
  private static final RoomId ROOM = new RoomId("!r:x");
  private static final EventId FINE = new EventId("$fine");
  private static final String UNKNOWN = "{\"errcode\":\"M_UNKNOWN\",\"error\":\"Internal\"}";
  private static final String LIMITED = "{\"errcode\":\"M_LIMIT_EXCEEDED\"}";

  private final Vertx vertx = Vertx.vertx();
  private final List<String> notices = Collections.synchronizedList(new ArrayList<>());
  private FaultyServer faulty;
  private Duration timeout = Duration.ofSeconds(1);
  private Homeserver server;
  private Intent intent;

  @BeforeEach
  void start() {
    faulty = new FaultyServer(vertx, 0);
    connect(faulty.port(), patience(Duration.ofSeconds(30)));
  }

  private void connect(Duration outage) {
    connect(faulty.port(), patience(outage));
  }

  private static Patience patience(Duration outage) {
    return new Patience(
        outage, Duration.ofMillis(5), Duration.ofMillis(50), Duration.ofMillis(80), 5);
  }

  private void connect(int port, Patience patience) {
    server =
        new Homeserver(
            vertx,
            new HomeserverOptions(
                "http://127.0.0.1:" + port, "x", Secret.of("canary-token"), 4, timeout),
            patience,
            InstantSource.system());
    server.onWaiting(notices::add);
    intent = server.as(new UserId("@old_a:x"));
  }

  @AfterEach
  void stop() {
    server.close();
    vertx.close().await();
  }

  private EventId send() {
    return intent.send(ROOM, "m.room.message", "txn", content(), 5L);
  }

  private static ObjectNode content() {
    return Json.object().put("body", "hello");
  }

  @Test
  void repeatsTheSameRequestAfterARateLimit() {
    faulty.next(
        answer(429, LIMITED, "Retry-After", "0.02"),
        answer(429, "{\"errcode\":\"M_LIMIT_EXCEEDED\",\"retry_after_ms\":30}"),
        answer(429, "{\"errcode\":\"M_LIMIT_EXCEEDED\",\"retry_after_ms\":20}", "Retry-After", "0"),
        answer(429, LIMITED),
        answer(429, "garbage", "Retry-After", "soon"),
        answer(429, "{\"retry_after_ms\":-1e99}", "Retry-After", "99999999999999999999"),
        answer(429, LIMITED, "Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"),
        answer(400, LIMITED));
    assertThat(send()).isEqualTo(FINE);
    assertThat(faulty.seen()).hasSize(9);
    assertThat(faulty.seen().stream().distinct())
        .containsExactly(
            "PUT /_matrix/client/v3/rooms/%21r%3Ax/send/m.room.message/txn"
                + "?ts=5&user_id=%40old_a%3Ax");
    assertThat(faulty.bodies().stream().distinct()).containsExactly("{\"body\":\"hello\"}");
    assertThat(server.pace().snapshot().throttled()).isEqualTo(8);
  }

  @Test
  void repeatsTheSameRequestWhenTheAnswerIsLost() {
    faulty.next(
        hangUp(),
        silence(),
        half("{\"event_id\":"),
        answer(502, "<html>Bad Gateway</html>"),
        answer(503, ""),
        answer(504, ""),
        answer(408, ""));
    assertThat(send()).isEqualTo(FINE);
    assertThat(faulty.seen().stream().distinct()).hasSize(1);
    assertThat(faulty.seen()).hasSize(8);
  }

  @Test
  void saysOnceThatItWaitsAndOnceThatItIsOver() {
    faulty.next(answer(502, ""), answer(502, ""), answer(502, ""), answer(502, ""));
    assertThat(send()).isEqualTo(FINE);
    assertThat(notices).hasSize(2);
    assertThat(notices.get(0)).contains("answers 502", "does not reach it", "waiting");
    assertThat(notices.get(1)).contains("answers again");
  }

  @Test
  void waitsForAServerThatIsNotThereYet() throws Exception {
    int port = faulty.port();
    faulty.close();
    AtomicReference<EventId> sent = new AtomicReference<>();
    Thread sender = Thread.ofVirtual().start(() -> sent.set(send()));
    waitUntilNoticed();
    assertThat(notices.get(0)).contains("connection refused at http://127.0.0.1:" + port);
    faulty = new FaultyServer(vertx, port);
    sender.join();
    assertThat(sent.get()).isEqualTo(FINE);
  }

  private void waitUntilNoticed() {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (notices.isEmpty() && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(notices).isNotEmpty();
  }

  @Test
  void givesUpWhenItsPatienceIsOver() throws Exception {
    faulty.close();
    server.close();
    connect(Duration.ofMillis(200));
    assertThatThrownBy(this::send)
        .isInstanceOf(Unreachable.class)
        .hasMessageContaining("is the homeserver running?");
    faulty = new FaultyServer(vertx, faulty.port());
    faulty.next(answer(429, LIMITED, "Retry-After", "60"));
    connect(Duration.ZERO);
    assertThatThrownBy(this::send)
        .isInstanceOfSatisfying(
            MatrixException.class,
            e -> {
              assertThat(e.status()).isEqualTo(429);
              assertThat(e.retryAfter()).contains(Duration.ofMinutes(1));
              assertThat(e.mayResolve()).isTrue();
            });
  }

  @Test
  void anOutageIsBorneOnceByAllRequests() {
    server.close();
    Duration outage = Duration.ofSeconds(3);
    connect(
        faulty.port(),
        new Patience(outage, Duration.ofMillis(5), Duration.ofMillis(50), Duration.ZERO, 5)
            .together());
    for (int i = 0; i < 10_000; i++) {
      faulty.next(answer(502, "<html>Bad Gateway</html>"));
    }
    assertThatThrownBy(this::send).isInstanceOf(Unreachable.class);
    long first = sends();
    assertThatThrownBy(this::send).isInstanceOf(Unreachable.class);
    assertThat(sends() - first).as("what comes later has what is left").isLessThan(first / 2);
    assertThat(notices).hasSize(1);
    faulty.forget();
    assertThat(send()).isEqualTo(FINE);
    assertThat(notices).hasSize(2);
    faulty.next(answer(502, ""), hangUp(), answer(504, ""));
    assertThat(send()).as("a new outage has a patience of its own").isEqualTo(FINE);
  }

  @Test
  void takesFiveEqualServerErrorsForTheRequestsFaultWhenOthersSucceed() {
    faulty.onlyFor(uri -> uri.contains("/send/"));
    for (int i = 0; i < 9; i++) {
      faulty.next(answer(500, UNKNOWN));
    }
    assertThatThrownBy(this::send)
        .isInstanceOfSatisfying(
            MatrixException.class,
            e -> {
              assertThat(e.status()).isEqualTo(500);
              assertThat(e.error()).isEqualTo("Internal");
            });
    assertThat(faulty.seen().stream().filter(s -> s.contains("/send/"))).hasSize(5);
  }

  /**
   * As Dendrite 0.15.2 answers for an alias that it would have Ferry ask for, which is not there.
   */
  @Test
  void anAliasThatNobodyCanBeAskedForIsNotThere() {
    RoomAlias alias = new RoomAlias("#village:x");
    faulty.onlyFor(uri -> uri.contains("/directory/"));
    for (int i = 0; i < 5; i++) {
      faulty.next(answer(500, "{\"Err\":\"\"}"));
    }
    assertThat(intent.resolveAlias(alias)).isEmpty();
    for (int i = 0; i < 5; i++) {
      faulty.next(answer(500, UNKNOWN));
    }
    assertThatThrownBy(() -> intent.resolveAlias(alias)).hasMessageContaining("500 M_UNKNOWN");
  }

  @Test
  void aServerThatReadsButStoresNothingIsWaitedFor() {
    faulty.onlyFor(uri -> !uri.contains("joined_rooms"));
    for (int i = 0; i < 14; i++) {
      faulty.next(answer(500, UNKNOWN));
    }
    assertThat(send()).isEqualTo(FINE);
    assertThat(notices).hasSize(2);
    assertThat(notices.get(0)).contains("stores nothing (500 M_UNKNOWN)", "disk full", "waiting");
    assertThat(notices.get(1)).contains("stores again what it is sent, after");
  }

  @Test
  void aServerThatStoresNothingForTooLongEndsTheRun() {
    server.close();
    timeout = Duration.ofSeconds(30);
    connect(Duration.ofMillis(300));
    faulty.onlyFor(uri -> !uri.contains("joined_rooms"));
    for (int i = 0; i < 100; i++) {
      faulty.next(answer(500, UNKNOWN));
    }
    assertThatThrownBy(this::send)
        .isInstanceOf(Unreachable.class)
        .hasMessageContaining("stores nothing");
    assertThatThrownBy(() -> intent.createRoom(Json.object()))
        .isInstanceOf(InDoubt.class)
        .hasMessageContaining("stores nothing");
  }

  @Test
  void allRequestsShareTheirPatienceWithAServerThatStoresNothing() {
    server.close();
    timeout = Duration.ofSeconds(30);
    connect(Duration.ofSeconds(3));
    faulty.onlyFor(uri -> !uri.contains("joined_rooms"));
    for (int i = 0; i < 1000; i++) {
      faulty.next(answer(500, UNKNOWN));
    }
    assertThatThrownBy(this::send).isInstanceOf(Unreachable.class);
    long first = sends();
    assertThatThrownBy(this::send).isInstanceOf(Unreachable.class);
    // The second has the time that the first took to be sure: a few tries, not all of them again.
    assertThat(sends() - first).isLessThan(first / 2);
    assertThat(notices).hasSize(1);
  }

  private long sends() {
    return faulty.seen().stream().filter(s -> s.contains("/send/")).count();
  }

  @Test
  void smallRowsThatStillFindRoomSayNothing() throws InterruptedException {
    faulty.onlyFor(uri -> uri.contains("m.large") || uri.contains("account_data"));
    for (int i = 0; i < 10_000; i++) {
      faulty.next(answer(500, UNKNOWN));
    }
    AtomicReference<EventId> sent = new AtomicReference<>();
    Thread sender =
        Thread.ofVirtual()
            .start(() -> sent.set(intent.send(ROOM, "m.large", "large", content(), 5L)));
    waitUntilNoticed();
    for (int i = 0; i < 5; i++) {
      assertThat(send()).isEqualTo(FINE);
    }
    assertThat(notices).hasSize(1);
    faulty.onlyFor(uri -> false);
    sender.join();
    assertThat(sent.get()).isEqualTo(FINE);
    assertThat(notices).hasSize(2);
    assertThat(notices.get(1)).contains("stores again");
  }

  @Test
  void aProbeThatIsLimitedProvesNothing() {
    faulty.onlyFor(uri -> !uri.contains("joined_rooms"));
    for (int i = 0; i < 5; i++) {
      faulty.next(answer(500, UNKNOWN));
    }
    faulty.next(answer(429, LIMITED), answer(500, UNKNOWN));
    assertThat(send()).isEqualTo(FINE);
    assertThat(notices.getFirst()).contains("stores nothing");
  }

  @Test
  void whatFailedWhileNothingWasStoredIsNotBlamedWhenThatIsOver() {
    faulty.onlyFor(uri -> !uri.contains("joined_rooms"));
    for (int i = 0; i < 7; i++) {
      // Five times the message, once the probe, and the message again.
      faulty.next(answer(500, UNKNOWN));
    }
    faulty.next(answer(200, "{}"), answer(200, "{}"), answer(500, UNKNOWN), answer(500, UNKNOWN));
    assertThat(send()).isEqualTo(FINE);
    assertThat(notices).hasSize(2);
  }

  @Test
  void filesThatFailForThemselvesDoNotMeanThatNoneIsStored() {
    faulty.onlyFor(uri -> uri.contains("/upload/"));
    for (int i = 0; i < 100; i++) {
      faulty.next(answer(500, UNKNOWN));
    }
    for (int i = 0; i < 8; i++) {
      assertThatThrownBy(() -> upload(200))
          .isInstanceOfSatisfying(
              MatrixException.class, e -> assertThat(e.status()).isEqualTo(500));
    }
    // After the third and, having been proven wrong, after six more: few are left behind.
    assertThat(faulty.seen().stream().filter(s -> s.contains("/upload?"))).hasSize(1);
  }

  @Test
  void theThirdFileThatIsNotStoredSaysThatNoneIs() {
    faulty.onlyFor(uri -> uri.contains("/upload"));
    for (int i = 0; i < 100; i++) {
      faulty.next(answer(500, UNKNOWN));
    }
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> upload(200)).isInstanceOf(MatrixException.class);
    }
    assertThatThrownBy(() -> upload(300))
        .isInstanceOf(Unreachable.class)
        .hasMessageContaining("stores no more files")
        .hasMessageContaining("media store full");
  }

  @Test
  void aFileThatIsNotStoredWhileLargerOnesAreFailsAlone() {
    for (int i = 0; i < 100; i++) {
      faulty.next(answer(500, UNKNOWN));
    }
    for (int i = 0; i < 6; i++) {
      faulty.onlyFor(uri -> uri.contains("/upload"));
      assertThatThrownBy(() -> upload(200)).isInstanceOf(MatrixException.class);
      faulty.onlyFor(uri -> false);
      upload(201);
    }
  }

  @Test
  void aFileThatIsRefusedHalfwayLeavesNoConnectionThatIsNeverAnswered() {
    server.close();
    // Less than one request may be silent: the first that is not answered ends the test.
    connect(Duration.ofMillis(900));
    faulty.onlyFor(uri -> uri.contains("/upload"));
    for (int i = 0; i < 40; i++) {
      faulty.next(answer(413, "{\"errcode\":\"M_TOO_LARGE\",\"error\":\"too large\"}"));
      int length = i % 2 == 0 ? 200 : 300_000;
      assertThatThrownBy(() -> upload(length)).isInstanceOf(MatrixException.class);
      assertThat(send()).isEqualTo(FINE);
    }
  }

  @Test
  void aConnectionThatIsResetUnderAFileIsNoFaultOfTheFile() throws IOException {
    server.close();
    try (FaultProxy network = FaultProxy.to("127.0.0.1", faulty.port())) {
      connect(network.port(), patience(Duration.ofSeconds(30)));
      faulty.onlyFor(uri -> uri.contains("/upload"));
      faulty.next(request -> network.reset(), request -> network.reset());
      upload(200);
      upload(300_000);
    }
    assertThat(faulty.seen().stream().filter(s -> s.contains("/upload"))).hasSize(4);
  }

  private void upload(int length) {
    byte[] bytes = new byte[length];
    intent.uploadTo(
        new MxcUri("x", "m"),
        new MediaBody(bytes.length, null, "b", () -> new ByteArrayInputStream(bytes)));
  }

  @Test
  void takesManyServerErrorsForAnOutageWhenNothingSucceeds() {
    for (int i = 0; i < 14; i++) {
      faulty.next(answer(500, UNKNOWN));
    }
    assertThat(send()).isEqualTo(FINE);
  }

  @Test
  void doesNotRepeatARefusal() {
    faulty.next(answer(403, "{\"errcode\":\"M_FORBIDDEN\",\"error\":\"not in the room\"}"));
    assertThatThrownBy(this::send)
        .isInstanceOfSatisfying(
            MatrixException.class,
            e -> {
              assertThat(e.isForbidden()).isTrue();
              assertThat(e.mayResolve()).isFalse();
            });
    faulty.next(answer(401, "{\"errcode\":\"M_UNKNOWN_TOKEN\"}"));
    assertThatThrownBy(this::send)
        .isInstanceOfSatisfying(
            MatrixException.class, e -> assertThat(e.isTokenRefused()).isTrue());
    assertThat(faulty.seen()).hasSize(2);
  }

  @Test
  void ofAWebPageItsTitleIsSaid() {
    faulty.next(
        answer(413, "<html>\n<head><title>413 Too Large</title></head>\n<body>x</body></html>"));
    assertThatThrownBy(this::send)
        .hasMessageEndingWith(
            ": 413 (a web page: 413 Too Large); a proxy in front of the homeserver lets no more bytes through: raise its limit there (nginx: client_max_body_size) and run again");
    faulty.next(answer(413, "{\"errcode\":\"M_TOO_LARGE\",\"error\":\"event\"}"));
    assertThatThrownBy(this::send).hasMessageEndingWith(": 413 M_TOO_LARGE event");
    faulty.next(answer(403, "\n<html>no</html>"));
    assertThatThrownBy(this::send).hasMessageEndingWith(": 403 (a web page)");
  }

  @Test
  void aProxyThatAnswersALargeFileWith502IsNotWaitedOut() throws IOException {
    faulty.onlyFor(uri -> uri.contains("/upload"));
    faulty.next(answer(502, ""), answer(502, ""), answer(502, ""));
    assertThatThrownBy(() -> upload(300_000))
        .isInstanceOfSatisfying(MatrixException.class, e -> assertThat(e.isGateway()).isTrue());
    faulty.next(answer(502, ""), answer(502, ""));
    upload(300_000);
    faulty.next(answer(502, ""), answer(502, ""), answer(502, ""), answer(502, ""));
    upload(200);
  }

  @Test
  void whoSendsOnIsNamedWithWhere() {
    faulty.next(
        answer(301, "<html></html>", "Location", "https://hs.example.org/_matrix/client/x?y=z"));
    assertThatThrownBy(this::send)
        .hasMessageEndingWith(
            ": 301 something there sends on to https://hs.example.org: name that in homeserver.address");
    faulty.next(answer(308, "", "Location", "https://hs.example.org/chat/"));
    assertThatThrownBy(this::send).hasMessageContaining("to https://hs.example.org/chat: name");
  }

  @Test
  void neverMakesASecondRoomBlindly() {
    faulty.next(hangUp());
    assertThatThrownBy(() -> intent.createRoom(Json.object())).isInstanceOf(InDoubt.class);
    faulty.next(silence());
    assertThatThrownBy(() -> intent.createRoom(Json.object())).isInstanceOf(InDoubt.class);
    faulty.next(answer(504, ""));
    assertThatThrownBy(() -> intent.createRoom(Json.object())).isInstanceOf(InDoubt.class);
    faulty.next(answer(500, UNKNOWN));
    assertThatThrownBy(() -> intent.createRoom(Json.object()))
        .isInstanceOfSatisfying(MatrixException.class, e -> assertThat(e.mayResolve()).isTrue());
    assertThat(faulty.seen().stream().filter(s -> s.contains("/createRoom"))).hasSize(4);
    faulty.next(answer(429, LIMITED, "Retry-After", "0"));
    assertThat(intent.createRoom(Json.object())).isEqualTo(new RoomId("!fine:x"));
  }

  @Test
  void anUploadIsSentWholeAgainOnlyToAReservedAddress() {
    byte[] bytes = new byte[300_000];
    MediaBody body =
        new MediaBody(bytes.length, null, "a b.bin", () -> new ByteArrayInputStream(bytes));
    faulty.onlyFor(uri -> uri.contains("/upload"));
    faulty.next(hangUp(), answer(502, ""));
    intent.uploadTo(new MxcUri("x", "m"), body);
    assertThat(faulty.bodies().stream().filter(b -> b.length() == 300_000)).hasSize(3);
    assertThat(faulty.seen())
        .contains("PUT /_matrix/media/v3/upload/x/m?user_id=%40old_a%3Ax&filename=a%20b.bin");
    faulty.next(answer(409, "{\"errcode\":\"M_CANNOT_OVERWRITE_MEDIA\"}"));
    intent.uploadTo(new MxcUri("x", "m"), body);
    faulty.next(hangUp());
    assertThatThrownBy(() -> intent.upload(body)).isInstanceOf(InDoubt.class);
  }

  @Test
  void aFileThatHasChangedIsNotUploaded() {
    MediaBody body = new MediaBody(10, null, null, () -> new ByteArrayInputStream(new byte[11]));
    assertThatThrownBy(() -> intent.upload(body)).isInstanceOf(UncheckedIOException.class);
    MediaBody less = new MediaBody(10, null, null, () -> new ByteArrayInputStream(new byte[9]));
    assertThatThrownBy(() -> intent.upload(less)).isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void aReservationThatIsRefusedForTooManyIsSaidAtOnce() {
    faulty.next(answer(429, "{\"errcode\":\"M_LIMIT_EXCEEDED\",\"retry_after_ms\":86400000}"));
    assertThatThrownBy(() -> intent.reserveMedia())
        .isInstanceOfSatisfying(MatrixException.class, e -> assertThat(e.status()).isEqualTo(429));
  }

  @Test
  void aDownloadThatBreaksOffIsNotTakenForWhole() {
    ByteArrayOutputStream got = new ByteArrayOutputStream();
    faulty.next(hangUp(), half("beginning"));
    assertThatThrownBy(() -> intent.download(new MxcUri("x", "m"), got))
        .isInstanceOf(Unreachable.class)
        .hasMessageContaining("in the middle of a file");
    assertThat(got.toString(StandardCharsets.UTF_8)).isEqualTo("beginning");
  }

  @Test
  void downloadsByTheOldPathWhereTheNewOneIsUnknown() {
    ByteArrayOutputStream got = new ByteArrayOutputStream();
    faulty.next(
        answer(404, "{\"errcode\":\"M_UNRECOGNIZED\"}"),
        answer(200, "bytes", "Content-Disposition", "inline; filename=\"a\\\"b.txt\""));
    assertThat(intent.download(new MxcUri("x", "m"), got).fileName()).isEqualTo("a\"b.txt");
    assertThat(got.toString(StandardCharsets.UTF_8)).isEqualTo("bytes");
    assertThat(faulty.seen().get(1)).startsWith("GET /_matrix/media/v3/download/x/m");
  }

  @Test
  void makesADeviceByLoginWhereTheServerKnowsNoOtherWay() {
    faulty.next(
        answer(404, "{\"errcode\":\"M_NOT_FOUND\"}"),
        answer(200, "{\"device_id\":\"D\",\"access_token\":\"t\",\"user_id\":\"@old_a:x\"}"));
    org.ferry.id.DeviceId wanted = new org.ferry.id.DeviceId("D");
    assertThat(intent.devices().ensure(wanted, "Ferry")).isEqualTo(wanted);
    assertThat(faulty.seen().get(1)).startsWith("POST /_matrix/client/v3/login");
    assertThat(faulty.bodies().get(1)).contains("m.login.application_service", "\"@old_a:x\"");
  }

  @Test
  void aSuccessThatIsNoJsonIsNoAnswer() {
    faulty.next(answer(200, "<html>Log in to the hotel's network</html>"), answer(200, ""));
    assertThat(send()).isEqualTo(FINE);
    assertThat(notices.get(0)).contains("is no homeserver");
    faulty.next(answer(200, "<html>"));
    assertThatThrownBy(() -> intent.createRoom(Json.object())).isInstanceOf(InDoubt.class);
  }

  /** It may be what people wrote to each other. */
  @Test
  void ofASuccessThatCannotBeReadNothingIsQuoted() {
    faulty.next(answer(200, "{\"body\":\"canary\",\"broken\":["));
    assertThatThrownBy(intent::whoami)
        .isInstanceOf(MatrixException.class)
        .hasMessageContaining("200 unreadable answer, 27 bytes: JSON that ends too early at line 1")
        .message()
        .doesNotContain("canary", "broken");
  }

  @Test
  void anInterruptedThreadStops() throws Exception {
    faulty.next(silence());
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread sender =
        Thread.ofVirtual()
            .start(() -> {
              try {
                EventId unused = send();
              } catch (HomeserverFailure e) {
                thrown.set(e);
              }
            });
    while (faulty.bodies().isEmpty()) {
      Thread.onSpinWait();
    }
    sender.interrupt();
    sender.join();
    assertThat(thrown.get()).isInstanceOf(Unreachable.class).hasMessageContaining("stopped");
  }

  @Test
  void theTokenIsInTheHeaderAndInNoMessage() {
    faulty.next(answer(400, "{\"errcode\":\"M_BAD_JSON\",\"error\":\"no\"}"));
    assertThatThrownBy(this::send)
        .satisfies(e -> assertThat(e.toString()).doesNotContain("canary"));
    assertThat(faulty.seen().toString()).doesNotContain("canary");
    assertThat(HomeserverOptions.of("http://x:1", "x", Secret.of("canary")).toString())
        .doesNotContain("canary");
  }
}
