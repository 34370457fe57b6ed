package org.ferry.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.ferry.lab.LabClient;
import org.ferry.lab.Ports;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.HttpFaultProxy;
import org.ferry.testing.HttpFaultProxy.Seen;
import org.ferry.testing.Onlooker;
import org.ferry.testing.Workplace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A homeserver on its bad days, one that is not there, and one that does not know us. */
class BadAnswersIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String LIMITED =
      "{\"errcode\":\"M_LIMIT_EXCEEDED\",\"error\":\"Too Many Requests\"}";
  private static final String LIMITED_BODY =
      "{\"errcode\":\"M_LIMIT_EXCEEDED\",\"error\":\"Too Many Requests\",\"retry_after_ms\":%d}";
  private static final String BROKEN =
      "{\"errcode\":\"M_UNKNOWN\",\"error\":\"Internal server error\"}";

  @TempDir Path folder;

  @Test
  void carriesEverythingOnceThroughErrorsLimitsAndLostAnswers() {
    try (Workplace work = Workplace.in(folder)) {
      HttpFaultProxy proxy = work.proxy();
      limits(proxy);
      proxy.answer(sends(), 2, 500, BROKEN);
      proxy.answer(states(), 2, 502, Map.of("Content-Type", "text/html"), "<h1>Bad Gateway</h1>");
      proxy.answer(sends(), 1, 503, "");
      for (Predicate<Seen> kind :
          List.of(
              sends(),
              states(),
              to("POST", "/register"),
              to("POST", "/media/v1/create"),
              to("PUT", "/media/v3/upload/"),
              to("PUT", "/directory/room/"),
              to("PUT", "/devices/"))) {
        proxy.loseRequest(kind, 1);
        proxy.loseAnswer(kind, 1);
      }
      proxy.loseRequest(spaced(to("POST", "/createRoom")), 1);
      proxy.loseAnswer(to("POST", "/createRoom"), 3);
      proxy.spoilAnswer(to("POST", "/createRoom"), 3, 500, BROKEN);
      proxy.spoilAnswer(to("POST", "/createRoom"), 2, 504, "<h1>Gateway Timeout</h1>");
      proxy.delayAnswer(to("PUT", "/send/m.room.message/"), 1, Duration.ofSeconds(40));
      FerryProcess.Result result = work.migrate().run();
      assertThat(result.status()).as(result.toString()).isZero();
      KillIT.proven(work);
    }
  }

  private static void limits(HttpFaultProxy proxy) {
    String date =
        DateTimeFormatter.RFC_1123_DATE_TIME.format(
            ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(2));
    for (String[] kind :
        List.of(
            new String[] {"PUT", "/send/"},
            new String[] {"PUT", "/state/"},
            new String[] {"POST", "/register"},
            new String[] {"POST", "/createRoom"})) {
      Supplier<Predicate<Seen>> some = () -> spaced(to(kind[0], kind[1]));
      proxy.answer(some.get(), 1, 429, Map.of("Retry-After", "1"), LIMITED);
      proxy.answer(some.get(), 1, 429, LIMITED_BODY.formatted(300));
      proxy.answer(some.get(), 1, 429, Map.of("Retry-After", "1"), LIMITED_BODY.formatted(10));
      proxy.answer(some.get(), 1, 429, LIMITED);
      proxy.answer(some.get(), 1, 429, Map.of("Retry-After", date), LIMITED);
      proxy.answer(some.get(), 1, 429, Map.of("Retry-After", "soon"), "<h1>Slow down</h1>");
    }
  }

  private static Predicate<Seen> sends() {
    return spaced(to("PUT", "/send/"));
  }

  private static Predicate<Seen> states() {
    return spaced(to("PUT", "/state/"));
  }

  /** Each fourth of these, so that bad days do not all befall one request. */
  private static Predicate<Seen> spaced(Predicate<Seen> which) {
    AtomicInteger count = new AtomicInteger();
    return seen -> which.test(seen) && count.incrementAndGet() % 4 == 0;
  }

  private static Predicate<Seen> to(String method, String part) {
    return seen ->
        seen.method().equals(method) && seen.path().contains(part) && !Workplace.ofTheCheckup(seen);
  }

  @Test
  void saysSoonThatTheAddressIsWrongOrTheTokenUnknown() throws IOException {
    try (Workplace work = Workplace.in(folder)) {
      work.configure(URI.create("http://127.0.0.1:" + Ports.free()), "");
      FerryProcess.Result away = ends(work.migrate());
      assertThat(away.status()).isEqualTo(4);
      assertThat(away.err().lines().reduce("", (a, b) -> b))
          .contains("ferry: connection refused at http://127.0.0.1:", "is the homeserver running?");

      work.configure(URI.create("http://no-such-host.invalid:8008"), "");
      FerryProcess.Result nowhere = ends(work.goOn());
      assertThat(nowhere.status()).isEqualTo(4);
      assertThat(nowhere.err()).contains("homeserver.address spelled right?");

      HttpServer other = website();
      work.configure(URI.create("http://127.0.0.1:" + other.getAddress().getPort()), "");
      FerryProcess.Result website = ends(work.goOn());
      other.stop(0);
      assertThat(website.status()).as(website.toString()).isEqualTo(4);
      assertThat(website.err()).contains("homeserver.address");

      work.configure("");
      Path registration = folder.resolve("registration.yaml");
      String right = Files.readString(registration);
      Files.writeString(registration, right.replaceAll("as_token: .*", "as_token: \"wrong\""));
      FerryProcess.Result unknown = ends(work.goOn());
      assertThat(unknown.status()).as(unknown.toString()).isEqualTo(4);
      assertThat(unknown.err()).contains("registration.yaml");

      Files.writeString(registration, right);
      FerryProcess.Result good = work.goOn("--rooms", "#general:*").run();
      assertThat(good.status()).as(good.toString()).isZero();
    }
  }

  /** It is over within a minute, with no stack trace and nothing on standard output. */
  private static FerryProcess.Result ends(FerryProcess.Run run) {
    try (FerryProcess ferry = run.start()) {
      FerryProcess.Result result = ferry.await(SOON);
      System.out.println("[refusals] " + result);
      assertThat(result.err()).doesNotContain("\tat ", "Exception");
      assertThat(result.out()).isEmpty();
      return result;
    }
  }

  private static HttpServer website() throws IOException {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
    var unused =
        server.createContext(
            "/",
            exchange -> {
              byte[] page =
                  "<html><h1>It works!</h1></html>"
                      .getBytes(java.nio.charset.StandardCharsets.UTF_8);
              exchange.sendResponseHeaders(200, page.length);
              exchange.getResponseBody().write(page);
              exchange.close();
            });
    server.start();
    return server;
  }

  @Test
  void anEventThatTheServerFailsOnForEverIsNamedAndTheRestGoesOn() {
    try (Workplace work = Workplace.in(folder)) {
      Predicate<Seen> poison = seen -> isSend(seen) && seen.text().contains("message 77: ");
      work.proxy().answer(poison, 1_000, 500, BROKEN);
      FerryProcess.Result result = work.migrate("--rooms", "Bulk").run();
      assertThat(result.status()).as(result.toString()).isEqualTo(1);
      assertThat(result.out()).contains("500 M_UNKNOWN Internal server error");
      assertThat(work.proxy().seen().stream().filter(poison).count()).isBetween(5L, 6L);
      FerryProcess.Result status = work.ferry("status", "--json").run();
      assertThat(LabClient.json(status.out()).at("/crossings/0/events/failed").asInt())
          .as(status.out())
          .isEqualTo(1);
      work.proxy().heal();
      FerryProcess.Result later = work.goOn("--rooms", "Bulk").run();
      assertThat(later.status()).as(later.toString()).isZero();
    }
  }

  /** As a Synapse answers whose database has no room left: what is read is read as always. */
  @Test
  void aServerThatStoresNothingAnyMoreIsWaitedForAndNothingComesLate() {
    try (Workplace work = Workplace.in(folder)) {
      work.proxy().answer(fullAfter(40), 1_000_000, 500, BROKEN);
      FerryProcess.Result result = waitsForRoom(work);
      assertThat(result.status()).as(result.toString()).isZero();
      assertThat(result.err().lines().filter(l -> l.contains("stores "))).hasSize(2);
      assertThat(result.out()).doesNotContain("late", "failed");
      assertThat(new Onlooker(work.server()).carried())
          .hasSizeGreaterThan(100)
          .allSatisfy((id, times) -> assertThat(times).isEqualTo(1));
    }
  }

  /** Whatever is to be stored after so many events of a migration. */
  private static Predicate<Seen> fullAfter(int events) {
    AtomicInteger written = new AtomicInteger();
    return seen -> {
      boolean counts = Workplace.writes(seen) && !Workplace.ofTheCheckup(seen);
      return written.addAndGet(counts ? 1 : 0) > events && !seen.method().equals("GET");
    };
  }

  private static FerryProcess.Result waitsForRoom(Workplace work) {
    try (FerryProcess ferry = work.migrate("--rooms", "Bulk").start()) {
      String line = ferry.awaitLine("stores nothing");
      assertThat(line).contains("(500 M_UNKNOWN)", "is its disk full", "nothing is lost");
      work.proxy().heal();
      return ferry.await(Duration.ofMinutes(20));
    }
  }

  private static boolean isSend(Seen seen) {
    return seen.method().equals("PUT") && seen.path().contains("/send/");
  }

  @Test
  void aRoomThatTheServerEncryptsByItselfStopsWithTheRemedy() {
    String all = "encryption_enabled_by_default_for_room_type: all\n";
    try (Workplace work = Workplace.in(folder, s -> s.withExtraYaml(all))) {
      FerryProcess.Result result = work.migrate("--rooms", "#general:*").run();
      assertThat(result.status()).as(result.toString()).isEqualTo(4);
      assertThat(result.err()).contains("encryption_enabled_by_default_for_room_type");
      acceptedItIsCarriedInClear(work);
      plan(work, "forced_encryption: accept", "forced_encryption: stop");
      FerryProcess.Result again = work.goOn("--rooms", "Random").run();
      assertThat(again.status()).as(again.toString()).isEqualTo(4);
      var unused = work.server().reconfigure(s -> s.withExtraYaml(""));
      work.server().restart();
      FerryProcess.Result later = work.goOn("--rooms", "Random").run();
      assertThat(later.status()).as(later.toString()).isZero();
    }
  }

  private static void acceptedItIsCarriedInClear(Workplace work) {
    assertThat(work.ferry("plan").run().status()).isZero();
    plan(work, "forced_encryption: stop", "forced_encryption: accept");
    // A second plan keeps it.
    assertThat(work.ferry("plan").run().status()).isZero();
    assertThat(work.ferry("migrate", "--dry-run").run().status()).isZero();
    FerryProcess.Result carried = work.goOn("--rooms", "#general:*").run();
    assertThat(carried.status()).as(carried.toString()).isZero();
    assertThat(work.proxy().seen())
        .anyMatch(s -> s.path().contains("/send/m.room.message") && s.text().contains("body"));
    FerryProcess.Result proof = work.ferry("verify", "--json").run();
    // The other rooms wait; the one that was carried is as it was.
    assertThat(LabClient.json(proof.out()).path("rooms"))
        .filteredOn(r -> r.path("carried").asInt() > 0)
        .hasSize(1)
        .allSatisfy(r -> assertThat(r.path("difference_count").asInt()).isZero());
    assertThat(proof.err()).doesNotContain("Exception");
  }

  private static void plan(Workplace work, String from, String to) {
    Path file = work.folder().resolve("plan.yaml");
    try {
      String text = Files.readString(file);
      assertThat(text).contains("\n" + from + "\n");
      Path unused = Files.writeString(file, text.replace("\n" + from + "\n", "\n" + to + "\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
