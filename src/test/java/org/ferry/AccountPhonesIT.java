package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.ferry.config.Config;
import org.ferry.config.ConfigLoader;
import org.ferry.config.Registration;
import org.ferry.config.RegistrationFile;
import org.ferry.id.Secret;
import org.ferry.lab.LabClient;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.Onlooker;
import org.ferry.testing.Workplace;
import org.ferry.testing.crossing.Sample;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Accounts without an administrator's help: registered by the application service. Somebody logs in
 * after the first rooms, with a phone, and hears nothing of the rest.
 */
class AccountPhonesIT {
  private static final String V3 = "/_matrix/client/v3/";
  private static final String ALICE = "@alice:" + Workplace.DOMAIN;
  private static final Secret PASSWORD = Secret.of("given by the administrator");
  private static final String MUTE = "org.ferry.mute";

  @TempDir Path folder;

  /** The sample, in which nobody has an e-mail address, with one. */
  private Path dump() {
    Path file = folder.resolve("with-address.sql.gz");
    try (var in =
            new BufferedReader(
                new InputStreamReader(
                    new GZIPInputStream(Files.newInputStream(Workplace.dump())),
                    StandardCharsets.UTF_8));
        Writer out =
            new OutputStreamWriter(
                new GZIPOutputStream(Files.newOutputStream(file)), StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        out.write(line + "\n");
        if (line.startsWith("COPY public.user_threepids ")) {
          out.write("@alice:old.example.org\temail\talice@example.org\t1\t1\n");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }

  /** The registration of an installation whose people get accounts. */
  private void widen() {
    try {
      Path file = folder.resolve("config.yaml");
      Files.writeString(file, Files.readString(file) + "\nidentities: {mode: account}\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Config config = new ConfigLoader(Map.of(), folder).load(null);
    Path registration = folder.resolve("registration.yaml");
    RegistrationFile.write(
        registration, Registration.keeping(config, RegistrationFile.read(registration)));
  }

  @Test
  void whoHasAPhoneHearsNothingOfTheRest() {
    try (Workplace work =
        Workplace.in(
            folder,
            settings -> {
              widen();
              return settings;
            })) {
      work.configure("identities: {mode: account}");
      Sample sample = Sample.facts();
      FerryProcess.Result first =
          work.ferry(
                  "migrate",
                  dump().toString(),
                  "--media",
                  Workplace.MEDIA.toString(),
                  "--yes",
                  "--json",
                  "--rooms",
                  sample.room("general"))
              .run();
      assertThat(first.status()).as(first.toString()).isZero();
      JsonNode settings = LabClient.json(first.out()).path("settings");
      assertThat(settings.path("email skipped").asInt()).as(first.out()).isEqualTo(1);

      LabClient alice = login(new Onlooker(work.server()).admin(), work);
      var unused = alice.post(V3 + "pushers/set", pusher());
      killedWhileMuted(work);
      assertThat(alice.get(V3 + "pushrules/").toString()).as("left by the kill").contains(MUTE);

      stoppedWhileMuted(work);
      assertThat(alice.get(V3 + "pushrules/").toString())
          .as("who stops it does not leave her deaf")
          .doesNotContain(MUTE);

      sessionThatStays(work, alice);
      FerryProcess.Result last = work.goOn().run();
      assertThat(last.status()).as(last.toString()).isZero();
      assertThat(alice.get(V3 + "pushrules/").toString()).doesNotContain(MUTE);
      assertThat(sessions(alice)).as("the next run took it out").doesNotContain("FERRY");
      rangOnlyBefore(alice, work, sample);
      FerryProcess.Result verified = work.ferry("verify").run();
      assertThat(verified.status()).as(verified.toString()).isZero();
      assertThat(work.ferry("status").run().out()).contains("email skipped", "tag carried");
    }
  }

  private static LabClient login(LabClient admin, Workplace work) {
    ObjectNode reset = LabClient.json("{\"new_password\":\"%s\"}".formatted(PASSWORD.reveal()));
    var unused = admin.post("/_synapse/admin/v1/reset_password/" + LabClient.esc(ALICE), reset);
    return LabClient.login(work.server().baseUrl(), ALICE, PASSWORD);
  }

  private static ObjectNode pusher() {
    return LabClient.json(
        """
        {"kind": "http", "app_id": "org.example.phone", "pushkey": "k", "lang": "en",
         "app_display_name": "Phone", "device_display_name": "Alice's phone",
         "data": {"url": "http://127.0.0.1:1/_matrix/push/v1/notify"}}
        """);
  }

  private static String sessions(LabClient person) {
    return person.get(V3 + "devices").toString();
  }

  /** The homeserver fails at taking Ferry's session out of her account. */
  private static void sessionThatStays(Workplace work, LabClient alice) {
    work.proxy()
        .answer(
            seen ->
                seen.method().equals("DELETE")
                    && seen.path().contains("/devices/FERRY")
                    && seen.path().contains("alice"),
            10_000,
            500,
            "{\"errcode\":\"M_UNKNOWN\",\"error\":\"Internal server error\"}");
    FerryProcess.Result failing = work.goOn().run();
    work.proxy().heal();
    assertThat(failing.status()).as(failing.toString()).isZero();
    assertThat(failing.err())
        .contains("the session named Ferry of " + ALICE + " stays until the next run");
    assertThat(sessions(alice)).contains("FERRY");
  }

  /** Ctrl-C at a message of the history. */
  private static void stoppedWhileMuted(Workplace work) {
    CompletableFuture<FerryProcess> ferry = new CompletableFuture<>();
    work.proxy()
        .after(
            seen -> seen.method().equals("PUT") && seen.path().contains("/send/m.room.message/"),
            1,
            seen -> interrupt(ferry.join()));
    try (FerryProcess started = work.goOn().start()) {
      boolean unused = ferry.complete(started);
      FerryProcess.Result stopped = started.await(Duration.ofMinutes(5));
      assertThat(stopped.status()).as(stopped.toString()).isEqualTo(130);
    } finally {
      work.proxy().heal();
    }
  }

  private static void interrupt(FerryProcess ferry) {
    try {
      String pid = Long.toString(ferry.handle().pid());
      assertThat(new ProcessBuilder("kill", "-INT", pid).start().waitFor()).isZero();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void killedWhileMuted(Workplace work) {
    CompletableFuture<FerryProcess> ferry = new CompletableFuture<>();
    work.proxy()
        .after(
            seen -> seen.method().equals("PUT") && seen.path().contains("/send/m.room.message/"),
            1,
            seen -> ferry.join().kill());
    try (FerryProcess started = work.goOn().start()) {
      boolean unused = ferry.complete(started);
      FerryProcess.Result killed = started.await(Duration.ofMinutes(5));
      assertThat(killed.status()).as(killed.toString()).isEqualTo(137);
    } finally {
      work.proxy().heal();
    }
    // What it had sent is no sign of the next run.
    work.proxy().awaitQuiet();
  }

  /** What was carried before she had a phone would have rung; nothing after that does. */
  private static void rangOnlyBefore(LabClient alice, Workplace work, Sample sample) {
    var mapping = work.ferry("mapping", "-o", "-").run();
    String general =
        LabClient.json(mapping.out()).path("rooms").path(sample.room("general")).asText();
    Map<String, Integer> rooms = new TreeMap<>();
    alice
        .get(V3 + "notifications?limit=500")
        .path("notifications")
        .forEach(n -> rooms.merge(n.path("room_id").asText(), 1, Integer::sum));
    assertThat(rooms.keySet()).containsExactly(general);
  }
}
