package org.ferry.web.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.ferry.id.RoomId;
import org.ferry.id.Sha256;
import org.ferry.id.UserId;
import org.ferry.live.provision.People;
import org.ferry.live.provision.Rooms;
import org.ferry.live.provision.Talk;
import org.ferry.live.sending.Sent;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/** What is said on somebody's behalf. */
final class TalkEndpoints {
  /** What holds the key in frames and in problems. */
  static final String KEY = "idempotency_key";

  private static final int LONGEST_KEY = 255;

  private final People people;
  private final Rooms rooms;
  private final Talk talk;
  private final View view;

  TalkEndpoints(People people, Rooms rooms, Talk talk, View view) {
    this.people = people;
    this.rooms = rooms;
    this.talk = talk;
    this.view = view;
  }

  List<Endpoint> all() {
    return List.of(
        Endpoint.post(
                "/rooms/{key}/messages",
                Scope.SEND,
                Endpoint.Doc.of(
                        "postMessage",
                        "Say something, once for each Idempotency-Key",
                        "Sent",
                        "Idempotency-Key")
                    .takes("Message")
                    .status(202),
                this::message)
            .upTo(Endpoint.LARGE),
        Endpoint.post(
            "/rooms/{key}/join",
            Scope.SEND,
            Endpoint.Doc.of("postJoin", "Let somebody join", "Joined").takes("Join"),
            request -> Reply.ok(join(request.caller(), request.part("key"), request.text("as")))),
        Endpoint.post(
            "/rooms/{key}/typing",
            Scope.SEND,
            Endpoint.Doc.of("postTyping", "Show that somebody types, for 30 s", "Nothing")
                .takes("Typing")
                .status(204),
            request -> {
              boolean typing = request.body().path("typing").asBoolean(true);
              typing(request.caller(), request.part("key"), request.text("as"), typing);
              return Reply.nothing();
            }));
  }

  private Reply message(Request request) {
    String key = checked("Idempotency-Key", request.headers().get("Idempotency-Key"));
    Sent sent = say(request.caller(), request.part("key"), request.body(), key);
    return new Reply(202, Json.object().put("event_id", sent.event().value()));
  }

  /**
   * The key of a frame: its own, such as one that Ferry gave it before, or else the caller's name
   * for the message.
   */
  static @Nullable String key(ObjectNode frame) {
    String key = checked(KEY, Request.text(frame, KEY));
    return key == null ? Request.text(frame, "client_ref") : key;
  }

  private static @Nullable String checked(String name, @Nullable String key) {
    if (key != null && (key.isBlank() || key.length() > LONGEST_KEY)) {
      throw Problem.badRequest(name + " has 1 to " + LONGEST_KEY + " characters");
    }
    return key;
  }

  /**
   * Says something.
   *
   * @param idempotency the caller's key; null for something that is said anew each time
   * @throws Keyless where it has none and may be sent later
   */
  Sent say(Caller caller, String room, ObjectNode body, @Nullable String idempotency) {
    UserId as = speaker(caller, Request.text(body, "as"));
    RoomId id = view.writable(caller, room);
    Talk.Saying saying =
        new Talk.Saying(
            Request.text(body, "text"),
            Request.text(body, "html"),
            Request.text(body, "reply_to"),
            MediaForm.read(body),
            Request.text(body, "client_ref"));
    String key = idempotency == null ? UUID.randomUUID().toString() : idempotency;
    try {
      return talk.say(id.value(), as, saying, hash("api " + caller.name() + " " + id + " " + key));
    } catch (RuntimeException e) {
      throw idempotency == null && Failure.isLater(e) ? new Keyless(e, key) : e;
    }
  }

  ObjectNode join(Caller caller, String room, @Nullable String as) {
    UserId user = speaker(caller, as);
    if (caller.accounts().contains(user)) {
      throw Problem.forbidden(
          user + " joins what accounts[].invites lets in, and what it joins in its own clients");
    }
    boolean session = caller.user() != null;
    RoomId id = session ? view.joinable(caller, room) : view.writable(caller, room);
    RoomId joined = rooms.join(id.value(), user, !session);
    view.joinedNow(joined);
    return Json.object().put("room_id", joined.value()).put("user_id", user.value());
  }

  void typing(Caller caller, String room, @Nullable String as, boolean typing) {
    UserId user = speaker(caller, as);
    talk.typing(view.writable(caller, room).value(), user, typing);
  }

  /**
   * A session speaks for its user only. Where there is no bot, a token's only account speaks unless
   * somebody else is named.
   */
  private UserId speaker(Caller caller, @Nullable String as) {
    if (caller.user() == null) {
      Set<UserId> accounts = caller.accounts();
      if (as == null && accounts.size() == 1 && !people.haveBot()) {
        return accounts.iterator().next();
      }
      return accounts.stream()
          .filter(account -> account.value().equals(as))
          .findFirst()
          .orElseGet(() -> people.speaker(as));
    }
    if (as != null && !people.speaker(as).equals(caller.user())) {
      throw Problem.forbidden(
          "this session is of " + caller.user() + " and speaks for nobody else");
    }
    return caller.user();
  }

  /** A key of fixed length that no two callers share. */
  private static String hash(String text) {
    return "api:" + Sha256.hex(text);
  }
}
