package org.ferry.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.ferry.id.Secret;
import org.jspecify.annotations.Nullable;

/**
 * A bare Matrix client, independent of Ferry's own: the person who looks, and who fills a server.
 * Paths are given whole, each part already {@linkplain #esc escaped}. Every request waits; it is
 * repeated while the server says that it comes too early.
 */
public final class LabClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final long LONGEST_WAIT_MS = 30_000;
  private static final String V3 = "/_matrix/client/v3/";

  private final HttpClient http;
  private final URI base;
  private final String userId;
  private final @Nullable Secret token;

  private LabClient(HttpClient http, URI base, String userId, @Nullable Secret token) {
    this.http = http;
    this.base = base;
    this.userId = userId;
    this.token = token;
  }

  /**
   * What a server said.
   *
   * @param status the HTTP status
   * @param body its JSON, missing where it is none
   */
  public record Answer(int status, JsonNode body) {
    /** The body of a 2xx answer, else an exception that quotes the answer. */
    public JsonNode ok() {
      if (status / 100 != 2) {
        throw new LabException("The server answered " + status + ": " + body);
      }
      return body;
    }
  }

  /** A client with a token that somebody has, such as an application service's. */
  public static LabClient withToken(URI base, String userId, Secret token) {
    return new LabClient(HttpClient.newHttpClient(), base, userId, token);
  }

  /** Logs in with a password. */
  public static LabClient login(URI base, String userId, Secret password) {
    var anonymous = new LabClient(HttpClient.newHttpClient(), base, userId, null);
    ObjectNode body = JSON.createObjectNode();
    body.put("type", "m.login.password").put("password", password.reveal());
    body.putObject("identifier").put("type", "m.id.user").put("user", userId);
    JsonNode answer = anonymous.post(V3 + "login", body);
    return new LabClient(
        anonymous.http,
        base,
        answer.path("user_id").asText(),
        Secret.of(answer.path("access_token").asText()));
  }

  static LabClient register(
      SynapseServer server, String localpart, Secret password, boolean admin) {
    var anonymous = new LabClient(HttpClient.newHttpClient(), server.baseUrl(), "", null);
    String path = "/_synapse/admin/v1/register";
    String nonce = anonymous.get(path).path("nonce").asText();
    ObjectNode body = JSON.createObjectNode();
    body.put("nonce", nonce).put("username", localpart).put("password", password.reveal());
    String signed =
        String.join("\0", nonce, localpart, password.reveal(), admin ? "admin" : "notadmin");
    body.put("admin", admin).put("mac", hmac(server.registrationSecret(), signed));
    Answer answer = anonymous.request("POST", path, body);
    if (answer.body().path("errcode").asText().equals("M_USER_IN_USE")) {
      return login(server.baseUrl(), server.user(localpart).value(), password);
    }
    return new LabClient(
        anonymous.http,
        server.baseUrl(),
        answer.ok().path("user_id").asText(),
        Secret.of(answer.body().path("access_token").asText()));
  }

  private static String hmac(Secret key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA1");
      mac.init(new SecretKeySpec(key.reveal().getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new LabException("This Java knows no HMAC-SHA1: " + e.getMessage(), e);
    }
  }

  /** Whose requests these are. */
  public String userId() {
    return userId;
  }

  /** The token they carry. */
  public Secret token() {
    if (token == null) {
      throw new IllegalStateException("this client is not logged in");
    }
    return token;
  }

  /** Reads JSON. */
  public static ObjectNode json(String text) {
    try {
      return (ObjectNode) JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a JSON object: " + text, e);
    }
  }

  /** Escapes one part of a path or one value of a query. */
  public static String esc(String part) {
    return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** GET; the body of a 2xx answer. */
  public JsonNode get(String path) {
    return request("GET", path, null).ok();
  }

  /** PUT; the body of a 2xx answer. */
  public JsonNode put(String path, JsonNode body) {
    return request("PUT", path, body).ok();
  }

  /** POST; the body of a 2xx answer. */
  public JsonNode post(String path, JsonNode body) {
    return request("POST", path, body).ok();
  }

  /** Any request with JSON; the answer, whatever its status. */
  public Answer request(String method, String path, @Nullable JsonNode body) {
    byte[] bytes = body == null ? new byte[0] : body.toString().getBytes(StandardCharsets.UTF_8);
    return send(method, path, "application/json", bytes);
  }

  private Answer send(String method, String path, String type, byte[] body) {
    for (long waited = 0; ; ) {
      HttpResponse<byte[]> response = exchange(method, path, type, body);
      JsonNode json = parsed(response.body());
      long pause = Math.max(10, json.path("retry_after_ms").asLong(1000));
      if (response.statusCode() != 429 || waited + pause > LONGEST_WAIT_MS) {
        return new Answer(response.statusCode(), json);
      }
      waited += pause;
      pause(pause);
    }
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted while a server asked to wait", e);
    }
  }

  private HttpResponse<byte[]> exchange(String method, String path, String type, byte[] body) {
    var request =
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(LIMIT)
            .header("Content-Type", type)
            .method(method, BodyPublishers.ofByteArray(body));
    if (token != null) {
      request = request.header("Authorization", "Bearer " + token.reveal());
    }
    try {
      return http.send(request.build(), BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new LabException(method + " " + base + path + ": " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted during " + method + " " + path, e);
    }
  }

  private static JsonNode parsed(byte[] body) {
    try {
      JsonNode node = JSON.readTree(body);
      return node == null ? MissingNode.getInstance() : node;
    } catch (IOException e) {
      return MissingNode.getInstance();
    }
  }

  // Rooms.

  /** Makes a room; returns its id. */
  @CanIgnoreReturnValue
  public String createRoom(JsonNode options) {
    return post(V3 + "createRoom", options).path("room_id").asText();
  }

  /** Joins a room by id or alias; returns its id. */
  @CanIgnoreReturnValue
  public String join(String room) {
    return post(V3 + "join/" + esc(room), JSON.createObjectNode()).path("room_id").asText();
  }

  /** Does something to another's membership: invite, kick, ban, unban; reason may be empty. */
  public void membership(String action, String room, String user, String reason) {
    ObjectNode body = JSON.createObjectNode().put("user_id", user);
    if (!reason.isEmpty()) {
      body.put("reason", reason);
    }
    var unused = post(V3 + "rooms/" + esc(room) + "/" + action, body);
  }

  /** Leaves a room. */
  public void leave(String room) {
    var unused = post(V3 + "rooms/" + esc(room) + "/leave", JSON.createObjectNode());
  }

  // Events.

  /** Sends an event; returns its id. */
  @CanIgnoreReturnValue
  public String send(String room, String type, JsonNode content) {
    String path = V3 + "rooms/%s/send/%s/%s";
    return put(path.formatted(esc(room), esc(type), UUID.randomUUID()), content)
        .path("event_id")
        .asText();
  }

  /** Sends a text message; returns its id. */
  @CanIgnoreReturnValue
  public String say(String room, String text) {
    return send(
        room, "m.room.message", JSON.createObjectNode().put("msgtype", "m.text").put("body", text));
  }

  /** Sets state; returns the event's id. */
  @CanIgnoreReturnValue
  public String setState(String room, String type, String key, JsonNode content) {
    String path = V3 + "rooms/%s/state/%s/%s";
    return put(path.formatted(esc(room), esc(type), esc(key)), content).path("event_id").asText();
  }

  /** The content of a piece of state, missing where there is none. */
  public JsonNode state(String room, String type, String key) {
    String path = V3 + "rooms/%s/state/%s/%s";
    Answer answer = request("GET", path.formatted(esc(room), esc(type), esc(key)), null);
    return answer.status() == 404 ? MissingNode.getInstance() : answer.ok();
  }

  /** Redacts an event; returns the redaction's id. */
  @CanIgnoreReturnValue
  public String redact(String room, String event, String reason) {
    String path = V3 + "rooms/%s/redact/%s/%s";
    ObjectNode body = JSON.createObjectNode().put("reason", reason);
    return put(path.formatted(esc(room), esc(event), UUID.randomUUID()), body)
        .path("event_id")
        .asText();
  }

  /** One event as this user sees it. */
  public JsonNode event(String room, String event) {
    return get(V3 + "rooms/" + esc(room) + "/event/" + esc(event));
  }

  /** All events of a room that this user sees, oldest first, page by page. */
  public java.util.List<JsonNode> messages(String room) {
    java.util.List<JsonNode> events = new java.util.ArrayList<>();
    String from = "";
    do {
      JsonNode page = get(V3 + "rooms/" + esc(room) + "/messages?dir=f&limit=200" + from);
      page.path("chunk").forEach(events::add);
      String end = page.path("end").asText();
      from = end.isEmpty() ? "" : "&from=" + esc(end);
    } while (!from.isEmpty());
    return events;
  }

  /** One sync without waiting. */
  public JsonNode sync(@Nullable String since) {
    return get(V3 + "sync?timeout=0" + (since == null ? "" : "&since=" + esc(since)));
  }

  // Media.

  /** Uploads a file; returns its {@code mxc://} address. */
  public String upload(byte[] bytes, String type, String name) {
    String path = "/_matrix/media/v3/upload?filename=" + esc(name);
    return send("POST", path, type, bytes).ok().path("content_uri").asText();
  }

  /** The bytes behind an {@code mxc://} address. */
  public byte[] download(String mxc) {
    String path = "/_matrix/client/v1/media/download/" + mxc.substring("mxc://".length());
    HttpResponse<byte[]> response = exchange("GET", path, "application/json", new byte[0]);
    if (response.statusCode() != 200) {
      throw new LabException("The server answered " + response.statusCode() + " for " + mxc);
    }
    return response.body();
  }
}
