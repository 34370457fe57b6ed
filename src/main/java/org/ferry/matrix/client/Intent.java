package org.ferry.matrix.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.http.HttpMethod;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ferry.id.DeviceId;
import org.ferry.id.EventId;
import org.ferry.id.MxcUri;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/**
 * What one user does on a homeserver, optionally as one of its devices.
 *
 * <p>Every method blocks until the answer is there and is meant for a virtual thread; it bears with
 * outages and rate limits as the {@link Patience} says. It throws {@link MatrixException} where the
 * server refuses, {@link Unreachable} where it does not answer, and {@link InDoubt} where that
 * happens to something that must not be repeated blindly. Safe for use by many threads.
 */
public final class Intent {
  /** What other people say in an answer of {@code /sync}: none of it may hide the rest. */
  private static final List<String> SYNC =
      List.of(
          "to_device.events.*",
          "rooms.*.*.*.events.*",
          "account_data.events.*",
          "presence.events.*",
          "device_lists.*.*");

  private final Homeserver server;
  private final UserId user;
  private final @Nullable DeviceId device;
  private final Asker asker;

  Intent(Homeserver server, UserId user, @Nullable DeviceId device) {
    this.server = server;
    this.user = user;
    this.device = device;
    this.asker = new Asker(server, user, device);
  }

  /** Who acts. */
  public UserId user() {
    return user;
  }

  /** As which device, if one was given. */
  public Optional<DeviceId> device() {
    return Optional.ofNullable(device);
  }

  // People ---------------------------------------------------------------------------------------

  /**
   * Registers a user of the application service's namespace, without a login.
   *
   * @param localpart the name without at sign and server
   * @return true where the user is new, false where it existed before (then possibly made by
   *     somebody else)
   */
  public boolean register(String localpart) {
    ObjectNode body =
        Json.object()
            .put("type", "m.login.application_service")
            .put("username", localpart)
            .put("inhibit_login", true);
    try {
      Answer unused = server.answer(Call.post(body, Asker.V3 + "/register"));
      return true;
    } catch (MatrixException e) {
      if (e.is(Errcode.USER_IN_USE)) {
        return false;
      }
      throw e;
    }
  }

  /** How the user shows up everywhere. */
  public OwnProfile ownProfile() {
    return new OwnProfile(asker);
  }

  /** The devices of this user. */
  public Devices devices() {
    return new Devices(new Asker(server, user, null));
  }

  /** Who is in which room, and this user's part in that. */
  public Memberships memberships() {
    return new Memberships(asker);
  }

  /** How the user has arranged things for themselves. */
  public Preferences preferences() {
    return new Preferences(new Asker(server, user, null));
  }

  /** Reads a global profile; empty where the server knows no such user. */
  public Optional<Profile> profile(UserId of) {
    return asker
        .find(Call.get(Asker.V3 + "/profile/{}", of.value()))
        .map(p -> new Profile(Asker.text(p, "displayname"), Asker.text(p, "avatar_url")));
  }

  /** Whom the server takes this intent for. */
  public WhoAmI whoami() {
    ObjectNode answer = asker.ask(Call.get(Asker.V3 + "/account/whoami"));
    String id = Asker.text(answer, "device_id");
    return new WhoAmI(
        new UserId(Asker.required(answer, "user_id")), id == null ? null : new DeviceId(id));
  }

  /** The keys of this intent's device, and what it sends to other devices. */
  public DeviceKeys keys() {
    return new DeviceKeys(asker);
  }

  /**
   * What is new since an earlier sync, in the words of {@code GET /sync}; never marks the user as
   * online. Waits for news as long as the request says. An event that cannot be read is null in it.
   */
  public ObjectNode sync(SyncRequest request) {
    return asker.ask(call(request), SYNC);
  }

  /**
   * The same, but thrown at once where no answer came: who goes on from an earlier sync first looks
   * whether the homeserver that answers again still knows that.
   *
   * @throws Unreachable where it did not answer this once
   */
  public ObjectNode syncOnce(SyncRequest request) {
    return asker.ask(call(request).throwingLosses(), SYNC);
  }

  private static Call call(SyncRequest request) {
    return Call.get(Asker.V3 + "/sync")
        .with("filter", Json.text(request.filter()))
        .with("since", request.since())
        .with("timeout", String.valueOf(request.timeout().toMillis()))
        .with("set_presence", "offline");
  }

  /** Ends the login that this intent's token came from, and its device with it. */
  public void logout() {
    asker.tell(Call.post(Json.object(), Asker.V3 + "/logout"));
  }

  // Rooms ----------------------------------------------------------------------------------------

  /** Creates a room from a request body of {@code POST /createRoom}; {@link InDoubt} if lost. */
  public RoomId createRoom(ObjectNode request) {
    return new RoomId(
        Asker.required(
            asker.ask(Call.post(request, Asker.V3 + "/createRoom").onlyOnce()), "room_id"));
  }

  /**
   * Sends an event.
   *
   * @param room the room
   * @param type the event type
   * @param txnId the transaction id: unique over all types and senders
   * @param content the content, within what a homeserver accepts
   * @param ts the time it shall carry, ms since 1970, or null for now
   * @return the event's id; that of the first attempt where this is a repeat
   */
  public EventId send(
      RoomId room, String type, String txnId, ObjectNode content, @Nullable Long ts) {
    Call call = Call.put(content, Asker.ROOM + "/send/{}/{}", room.value(), type, txnId);
    return eventId(asker.ask(call.with("ts", ts == null ? null : ts.toString())));
  }

  /** Sets a piece of state; the same content as present gives the present event's id. */
  public EventId setState(
      RoomId room, String type, String stateKey, ObjectNode content, @Nullable Long ts) {
    Call call = Call.put(content, Asker.ROOM + "/state/{}/{}", room.value(), type, stateKey);
    return eventId(asker.ask(call.with("ts", ts == null ? null : ts.toString())));
  }

  /** Redacts an event, now. */
  public EventId redact(RoomId room, EventId event, String txnId, @Nullable String reason) {
    return eventId(
        asker.ask(
            Call.put(
                Asker.reason(reason),
                Asker.ROOM + "/redact/{}/{}",
                room.value(),
                event.value(),
                txnId)));
  }

  /** The content of a piece of current state; empty where there is none. */
  public Optional<ObjectNode> state(RoomId room, String type, String stateKey) {
    return asker.find(Call.get(Asker.ROOM + "/state/{}/{}", room.value(), type, stateKey));
  }

  /** The whole event of a piece of current state; empty where there is none. */
  public Optional<ObjectNode> stateEvent(RoomId room, String type, String stateKey) {
    return asker.find(
        Call.get(Asker.ROOM + "/state/{}/{}", room.value(), type, stateKey)
            .with("format", "event"));
  }

  /** All current state. */
  public List<ObjectNode> fullState(RoomId room) {
    return server.array(Call.get(Asker.ROOM + "/state", room.value()).as(user, device));
  }

  /** One event; empty where it does not exist or may not be seen. */
  public Optional<ObjectNode> event(RoomId room, EventId id) {
    return asker.find(Call.get(Asker.ROOM + "/event/{}", room.value(), id.value()));
  }

  /**
   * A page of the timeline.
   *
   * @param room the room
   * @param from a token of an earlier page, or null for the beginning of that direction
   * @param dir {@code 'b'} for backwards, {@code 'f'} for forwards
   * @param limit the most events wanted; servers may give fewer
   */
  public MessagesPage messages(RoomId room, @Nullable String from, char dir, int limit) {
    return messages(messagesCall(room, from, dir, limit));
  }

  private static Call messagesCall(RoomId room, @Nullable String from, char dir, int limit) {
    return Call.get(Asker.ROOM + "/messages", room.value())
        .with("from", from)
        .with("dir", String.valueOf(dir))
        .with("limit", String.valueOf(limit));
  }

  private MessagesPage messages(Call call) {
    ObjectNode page = asker.ask(call, List.of("chunk.*", "state.*"));
    return new MessagesPage(
        Asker.objects(page.path("chunk")), Asker.text(page, "start"), Asker.text(page, "end"));
  }

  /**
   * A page of those events of the timeline that pass a filter.
   *
   * @param room the room
   * @param from a token of an earlier page, or null for the beginning of that direction
   * @param dir {@code 'b'} for backwards, {@code 'f'} for forwards
   * @param limit the most events wanted
   * @param filter a {@code RoomEventFilter}
   */
  public MessagesPage messages(
      RoomId room, @Nullable String from, char dir, int limit, ObjectNode filter) {
    return messages(messagesCall(room, from, dir, limit).with("filter", Json.text(filter)));
  }

  /** Makes an alias; M_ROOM_IN_USE or a 409 where it exists. */
  public void createAlias(RoomAlias alias, RoomId room) {
    asker.tell(
        Call.put(
            Json.object().put("room_id", room.value()),
            Asker.V3 + "/directory/room/{}",
            alias.value()));
  }

  /** What an alias points at; empty where it does not exist. */
  public Optional<ResolvedAlias> resolveAlias(RoomAlias alias) {
    return found(alias)
        .map(a ->
            new ResolvedAlias(new RoomId(Asker.required(a, "room_id")), texts(a.path("servers"))));
  }

  private Optional<ObjectNode> found(RoomAlias alias) {
    try {
      return asker.find(Call.get(Asker.V3 + "/directory/room/{}", alias.value()));
    } catch (MatrixException e) {
      // Dendrite asks Ferry for an alias that it has not got, and answers 500 and nothing else
      // where
      // Ferry does not listen. Who makes the alias all the same finds out whether it is there.
      if (e.status() == 500 && e.errcode().isEmpty() && e.error().isEmpty()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Removes an alias; nothing happens where there is none. */
  public void deleteAlias(RoomAlias alias) {
    Optional<ObjectNode> unused =
        asker.find(Call.delete(Asker.V3 + "/directory/room/{}", alias.value()));
  }

  /** Lists a room in the server's public directory, or takes it out. */
  public void setDirectoryVisibility(RoomId room, boolean listed) {
    ObjectNode body = Json.object().put("visibility", listed ? "public" : "private");
    asker.tell(Call.put(body, Asker.V3 + "/directory/list/room/{}", room.value()));
  }

  /**
   * The rooms of a Space, breadth first, the Space itself first; all pages.
   *
   * @param space where to begin
   * @param maxDepth how deep to go, 1 for its children only
   * @return the summaries, each with {@code children_state}
   */
  public List<ObjectNode> hierarchy(RoomId space, int maxDepth) {
    List<ObjectNode> rooms = new ArrayList<>();
    String from = null;
    do {
      Call call =
          Call.get("/_matrix/client/v1/rooms/{}/hierarchy", space.value())
              .with("max_depth", String.valueOf(maxDepth))
              .with("limit", "50")
              .with("from", from);
      ObjectNode page = asker.ask(call, List.of("chunk.*", "state.*"));
      rooms.addAll(Asker.objects(page.path("rooms")));
      String next = Asker.text(page, "next_batch");
      from = next != null && next.equals(from) ? null : next;
    } while (from != null);
    return rooms;
  }

  // Media ----------------------------------------------------------------------------------------

  /** Reserves an address for a file to come; M_UNRECOGNIZED where the server has no such thing. */
  public MxcUri reserveMedia() {
    return media().reserve();
  }

  /** Puts a file under a reserved address. */
  public void uploadTo(MxcUri reserved, MediaBody body) {
    media().uploadTo(reserved, body);
  }

  /** Uploads a file; {@link InDoubt} if the answer is lost (a repeat would make a second file). */
  public MxcUri upload(MediaBody body) {
    return media().upload(body);
  }

  /** The largest file the server takes, in bytes; {@link Long#MAX_VALUE} where it says none. */
  public long uploadLimit() {
    return media().uploadLimit();
  }

  /**
   * Downloads a file. A download that breaks off in the middle is not repeated, because the stream
   * already holds its beginning: {@link Unreachable} is thrown.
   *
   * @param uri which
   * @param to where the bytes go; not closed
   * @return what came with it
   */
  public DownloadInfo download(MxcUri uri, OutputStream to) {
    return media().download(uri, to);
  }

  private Media media() {
    return new Media(server, user);
  }

  // The rest -------------------------------------------------------------------------------------

  /** Asks the homeserver to call this application service back (specification 1.7). */
  public void ping(String appserviceId, String txn) {
    Answer unused =
        server.answer(
            Call.post(
                Json.object().put("transaction_id", txn),
                "/_matrix/client/v1/appservice/{}/ping",
                appserviceId));
  }

  /**
   * Any other request. It is repeated on a lost answer only where the method is not POST.
   *
   * @param method the HTTP method
   * @param path the encoded path from the root, without query
   * @param body the JSON body, or null
   * @return the answer's object
   */
  public ObjectNode call(HttpMethod method, String path, @Nullable ObjectNode body) {
    return asker.ask(Call.raw(method, path, body));
  }

  private static EventId eventId(ObjectNode answer) {
    return new EventId(Asker.required(answer, "event_id"));
  }

  private static List<String> texts(JsonNode array) {
    List<String> all = new ArrayList<>();
    array.forEach(s -> all.add(s.asText()));
    return all;
  }
}
