package org.ferry.testing.peers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.ferry.id.Secret;
import org.ferry.lab.LabClient;
import org.ferry.lab.SynapseServer;
import org.ferry.testing.TestLab;
import org.ferry.testing.Wait;
import org.jspecify.annotations.Nullable;

/**
 * One device of somebody else's client, in a process of its own that ends with this object. It does
 * nothing by itself: {@link #sync} takes what is new and does the chores (uploads keys, sends keys
 * on). For one thread at a time.
 */
public final class Peer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long ANSWER_SECONDS = 120;
  private static final int SYNC_MS = 1000;

  private final PeerKind kind;
  private final Path folder;
  private final URI homeserver;
  private final Process process;
  private final Writer in;
  private final BufferedReader out;
  private @Nullable Device device;

  private Peer(PeerKind kind, Path folder, URI homeserver) throws IOException {
    this.kind = kind;
    this.homeserver = homeserver;
    this.folder = Files.createDirectories(folder);
    for (String script : List.of("desk.py", kind.script())) {
      copy(script);
    }
    var builder =
        new ProcessBuilder(
            kind.python().toString(),
            "-u",
            folder.resolve(kind.script()).toString(),
            folder.toString());
    builder.redirectError(ProcessBuilder.Redirect.appendTo(log().toFile()));
    builder.environment().keySet().removeIf(key -> key.startsWith("PYTHON"));
    this.process = builder.start();
    this.in = process.outputWriter(StandardCharsets.UTF_8);
    this.out = process.inputReader(StandardCharsets.UTF_8);
  }

  /**
   * Who it is.
   *
   * @param userId the account
   * @param deviceId the device
   * @param token its access token
   * @param ed25519 what it signs with, unpadded base64
   * @param curve25519 what others send to
   */
  public record Device(
      String userId, String deviceId, Secret token, String ed25519, String curve25519) {}

  /**
   * A message that it can read.
   *
   * @param encrypted whether it came encrypted
   * @param trust what it thinks of the sender's device, in its own words; empty for a clear message
   */
  public record Clear(
      String eventId,
      String sender,
      String type,
      JsonNode content,
      boolean encrypted,
      String trust,
      String sessionId) {
    /** The body of a message. */
    public String body() {
      return content.path("body").asText();
    }
  }

  /** A message that it cannot read (yet). */
  public record Undecrypted(String eventId, String sessionId, String error) {}

  /** All it saw in a room since it began. */
  public record Seen(List<Clear> clear, List<Undecrypted> waiting) {}

  /**
   * Starts a client and logs in; its device keys are on the server when this returns.
   *
   * @param folder for its files; a fresh one for each peer
   * @param user the full user id of an account that is there
   */
  public static Peer login(
      PeerKind kind, Path folder, URI homeserver, String user, Secret password) {
    try {
      Peer peer = new Peer(kind, folder, homeserver);
      try {
        peer.device = peer.begin(user, password);
        return peer;
      } catch (RuntimeException e) {
        peer.close();
        throw e;
      }
    } catch (IOException e) {
      throw new IllegalStateException(kind + " does not start", e);
    }
  }

  /**
   * Registers an account and logs in.
   *
   * @param folder the one below which its own is made
   * @param server where the account is made
   * @param name its localpart, and the name of its folder
   */
  public static Peer register(PeerKind kind, Path folder, SynapseServer server, String name) {
    LabClient person = server.register(name, TestLab.PASSWORD, false);
    return login(kind, folder.resolve(name), server.baseUrl(), person.userId(), TestLab.PASSWORD);
  }

  /** A client without encryption, with the same access token. */
  public LabClient client() {
    return LabClient.withToken(homeserver, device().userId(), device().token());
  }

  private Device begin(String user, Secret password) {
    JsonNode answer =
        call(
            "login",
            Map.of(
                "homeserver",
                homeserver.toString(),
                "user",
                user,
                "password",
                password.reveal(),
                "device",
                "PEER" + kind));
    return new Device(
        answer.path("user_id").asText(),
        answer.path("device_id").asText(),
        Secret.of(answer.path("access_token").asText()),
        answer.path("ed25519").asText(),
        answer.path("curve25519").asText());
  }

  /** Who it is. */
  public Device device() {
    if (device == null) {
      throw new IllegalStateException("it is not logged in");
    }
    return device;
  }

  /** Takes what is new on the server, waiting at most a second for something. */
  public void sync() {
    call("sync", Map.of("timeout", SYNC_MS));
  }

  /**
   * Makes a private encrypted room.
   *
   * @param rotation after how many messages a session ends; nio keeps its own after 100, so have it
   *     {@link #rotate}
   * @param invite whom to invite
   * @return its id
   */
  public String createEncryptedRoom(int rotation, String... invite) {
    ObjectNode encryption = JSON.createObjectNode();
    encryption.put("algorithm", "m.megolm.v1.aes-sha2").put("rotation_period_msgs", rotation);
    return call("create_room", Map.of("invite", List.of(invite), "encryption", encryption))
        .path("room")
        .asText();
  }

  /** Invites somebody. */
  public void invite(String room, String user) {
    call("invite", Map.of("room", room, "user", user));
  }

  /** Joins a room. */
  public void join(String room) {
    call("join", Map.of("room", room));
  }

  /** Leaves a room. */
  public void leave(String room) {
    call("leave", Map.of("room", room));
  }

  /**
   * Sends a text, encrypted where the room is; it should have synced since the room changed.
   *
   * @return the event's id
   */
  public String send(String room, String text) {
    return send(room, "m.room.message", Map.of("msgtype", "m.text", "body", text));
  }

  /** Sends any content, encrypted where the room is; the event's id. */
  public String send(String room, String type, Object content) {
    return call("send", Map.of("room", room, "type", type, "content", content))
        .path("event_id")
        .asText();
  }

  /** Fetches and decrypts a file, given the {@code file} of an event; nio only. */
  public byte[] file(JsonNode file) {
    return Base64.getDecoder().decode(call("file", Map.of("file", file)).path("data").asText());
  }

  /** Ends the session it encrypts with in a room: the next message begins another. */
  public void rotate(String room) {
    call("rotate", Map.of("room", room));
  }

  /** What it saw in a room, without asking the server; what waits is tried again first. */
  public Seen seen(String room) {
    JsonNode answer = call("messages", Map.of("room", room));
    List<Clear> clear = new ArrayList<>();
    for (JsonNode m : answer.path("clear")) {
      clear.add(
          new Clear(
              m.path("event_id").asText(),
              m.path("sender").asText(),
              m.path("type").asText(),
              m.path("content"),
              m.path("encrypted").asBoolean(),
              m.path("trust").asText(""),
              m.path("session_id").asText("")));
    }
    List<Undecrypted> waiting = new ArrayList<>();
    for (JsonNode m : answer.path("waiting")) {
      waiting.add(
          new Undecrypted(
              m.path("event_id").asText(),
              m.path("session_id").asText(""),
              m.path("error").asText("")));
    }
    return new Seen(clear, waiting);
  }

  /**
   * Syncs until it can read all these events.
   *
   * @return what it saw by then
   */
  public Seen await(String room, Set<String> eventIds) {
    Seen[] last = {seen(room)};
    Wait.until(
        Duration.ofMinutes(3),
        kind + " to read " + eventIds.size() + " events",
        () -> {
          Set<String> read =
              last[0].clear().stream()
                  .map(Clear::eventId)
                  .collect(java.util.stream.Collectors.toSet());
          if (read.containsAll(eventIds)) {
            return true;
          }
          sync();
          last[0] = seen(room);
          return false;
        });
    return last[0];
  }

  /** The devices of somebody that it knows: id to keys and trust, as JSON. */
  public JsonNode devices(String user) {
    return call("devices", Map.of("user", user));
  }

  /** Takes a device for verified, as after comparing keys. */
  public void verify(String user, String deviceId) {
    call("verify", Map.of("user", user, "device", deviceId));
  }

  /** Writes a key export file; nio only. */
  public void exportKeys(Path file, String passphrase) {
    call("export_keys", Map.of("file", file.toAbsolutePath().toString(), "passphrase", passphrase));
  }

  /** Reads a key export file; nio only. */
  public void importKeys(Path file, String passphrase) {
    call("import_keys", Map.of("file", file.toAbsolutePath().toString(), "passphrase", passphrase));
  }

  /** Asks its own other devices for the key of a message that waits; nio only. */
  public void requestKey(String room, String eventId) {
    call("request_key", Map.of("room", room, "event_id", eventId));
  }

  /**
   * Makes the account's cross-signing keys, stores them in secret storage and signs this device;
   * mautrix only.
   *
   * @return the recovery key
   */
  public String crossSign() {
    return call("cross_sign", Map.of()).path("recovery_key").asText();
  }

  /** Any command of its script; what it answered. */
  @CanIgnoreReturnValue
  public JsonNode call(String command, Map<String, ?> arguments) {
    ObjectNode line = JSON.valueToTree(arguments);
    line.put("do", command);
    try {
      in.write(line + "\n");
      in.flush();
      String answer =
          CompletableFuture.supplyAsync(this::line, Thread::startVirtualThread)
              .get(ANSWER_SECONDS, TimeUnit.SECONDS);
      JsonNode json = JSON.readTree(answer);
      if (json.has("error")) {
        throw new IllegalStateException(
            kind + " " + command + ": " + json.path("error").asText() + "; its log is " + log());
      }
      return json.path("ok");
    } catch (IOException | ExecutionException | TimeoutException e) {
      throw new IllegalStateException(
          kind + " does not answer to " + command + "; its log is " + log(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private String line() {
    try {
      String line = out.readLine();
      if (line == null) {
        throw new IllegalStateException(kind + " has ended");
      }
      return line;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private Path log() {
    return folder.resolve("peer.log");
  }

  private void copy(String script) throws IOException {
    try (InputStream from = Peer.class.getResourceAsStream("/peers/" + script)) {
      if (from == null) {
        throw new IOException("/peers/" + script + " is missing");
      }
      Files.write(folder.resolve(script), from.readAllBytes());
    }
  }

  /** Ends the process; its device stays on the server. */
  @Override
  public void close() {
    try {
      in.close();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
