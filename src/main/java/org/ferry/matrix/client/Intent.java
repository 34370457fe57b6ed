package org.ferry.matrix.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.http.HttpMethod;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
  private static final String V3 = "/_matrix/client/v3";
  private static final String ROOM = V3 + "/rooms/{}";

  private final Homeserver server;
  private final UserId user;
  private final @Nullable DeviceId device;

  Intent(Homeserver server, UserId user, @Nullable DeviceId device) {
    this.server = server;
    this.user = user;
    this.device = device;
  }

  /** Who acts. */
  public UserId user() {
    return user;
  }

  /** As which device, if one was given. */
  public Optional<DeviceId> device() {
    return Optional.ofNullable(device);
  }

  private ObjectNode ask(Call call) {
    return server.json(call.as(user, device));
  }

  private void tell(Call call) {
    Answer unused = server.answer(call.as(user, device));
  }

  private Optional<ObjectNode> find(Call call) {
    try {
      return Optional.of(ask(call));
    } catch (MatrixException e) {
      if (e.isNotFound()) {
        return Optional.empty();
      }
      throw e;
    }
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
      Answer unused = server.answer(Call.post(body, V3 + "/register"));
      return true;
    } catch (MatrixException e) {
      if (e.is(Errcode.USER_IN_USE)) {
        return false;
      }
      throw e;
    }
  }

  /** Sets the user's global name; the empty string removes it. */
  public void setDisplayName(String name) {
    tell(
        Call.put(
            Json.object().put("displayname", name), V3 + "/profile/{}/displayname", user.value()));
  }

  /** Sets the user's global picture, an {@code mxc://} address; the empty string removes it. */
  public void setAvatar(String mxc) {
    tell(
        Call.put(
            Json.object().put("avatar_url", mxc), V3 + "/profile/{}/avatar_url", user.value()));
  }

  /**
   * Sets one field of the user's global profile and, where the server offers that (MSC4069), leaves
   * the memberships that show the earlier one as they are.
   *
   * @param field {@code displayname} or {@code avatar_url}
   * @param value the new value; the empty string removes it
   */
  public void setQuietly(String field, String value) {
    boolean offered = server.versions().hasFeature("org.matrix.msc4069");
    Call call =
        Call.put(Json.object().put(field, value), V3 + "/profile/{}/{}", user.value(), field);
    tell(call.with("org.matrix.msc4069.propagate", offered ? "false" : null));
  }

  /** How the user has arranged things for themselves. */
  public Preferences preferences() {
    return new Preferences(server, user);
  }

  /** Reads a global profile; empty where the server knows no such user. */
  public Optional<Profile> profile(UserId of) {
    return find(Call.get(V3 + "/profile/{}", of.value()))
        .map(p -> new Profile(text(p, "displayname"), text(p, "avatar_url")));
  }

  /** Whom the server takes this intent for. */
  public WhoAmI whoami() {
    ObjectNode answer = ask(Call.get(V3 + "/account/whoami"));
    String id = text(answer, "device_id");
    return new WhoAmI(
        new UserId(required(answer, "user_id")), id == null ? null : new DeviceId(id));
  }

  /**
   * Makes sure that a device of this user exists: by {@code PUT /devices} (specification 1.17), or,
   * where the server does not offer that, by an application service login.
   *
   * @param wanted the id it shall have
   * @param displayName the name its owner sees
   * @return the id it has
   */
  public DeviceId ensureDevice(DeviceId wanted, String displayName) {
    return new Devices(server, user).ensure(wanted, displayName);
  }

  /**
   * Makes a device of this user by {@code PUT /devices} (MSC4190, specification 1.17); it is there
   * already where this is a repeat.
   *
   * @return false where the server does not offer that
   */
  public boolean putDevice(DeviceId wanted, String displayName) {
    return new Devices(server, user).put(wanted, displayName);
  }

  /** Whether the server has this device of this user. */
  public boolean hasDevice(DeviceId which) {
    return find(Call.get(V3 + "/devices/{}", which.value())).isPresent();
  }

  /** Deletes a device of this user; nothing happens where there is none. */
  public void deleteDevice(DeviceId which) {
    new Devices(server, user).delete(which);
  }

  /** The keys of this intent's device, and what it sends to other devices. */
  public DeviceKeys keys() {
    return new DeviceKeys(server, user, device);
  }

  /**
   * What is new since an earlier sync, in the words of {@code GET /sync}; never marks the user as
   * online. Waits for news as long as the request says.
   */
  public ObjectNode sync(SyncRequest request) {
    return ask(
        Call.get(V3 + "/sync")
            .with("filter", Json.text(request.filter()))
            .with("since", request.since())
            .with("timeout", String.valueOf(request.timeout().toMillis()))
            .with("set_presence", "offline"));
  }

  /** Ends the login that this intent's token came from, and its device with it. */
  public void logout() {
    tell(Call.post(Json.object(), V3 + "/logout"));
  }

  // Rooms ----------------------------------------------------------------------------------------

  /** Creates a room from a request body of {@code POST /createRoom}; {@link InDoubt} if lost. */
  public RoomId createRoom(ObjectNode request) {
    return new RoomId(required(ask(Call.post(request, V3 + "/createRoom").onlyOnce()), "room_id"));
  }

  /**
   * Sends an event.
   *
   * @param room the room
   * @param type the event type
   * @param txnId the transaction id: unique over all types and senders (see reliability notes)
   * @param content the content, within what a homeserver accepts
   * @param ts the time it shall carry, ms since 1970, or null for now
   * @return the event's id; that of the first attempt where this is a repeat
   */
  public EventId send(
      RoomId room, String type, String txnId, ObjectNode content, @Nullable Long ts) {
    Call call = Call.put(content, ROOM + "/send/{}/{}", room.value(), type, txnId);
    return eventId(ask(call.with("ts", ts == null ? null : ts.toString())));
  }

  /** Sets a piece of state; the same content as present gives the present event's id. */
  public EventId setState(
      RoomId room, String type, String stateKey, ObjectNode content, @Nullable Long ts) {
    Call call = Call.put(content, ROOM + "/state/{}/{}", room.value(), type, stateKey);
    return eventId(ask(call.with("ts", ts == null ? null : ts.toString())));
  }

  /** Redacts an event, now. */
  public EventId redact(RoomId room, EventId event, String txnId, @Nullable String reason) {
    return eventId(
        ask(Call.put(reason(reason), ROOM + "/redact/{}/{}", room.value(), event.value(), txnId)));
  }

  /** The content of a piece of current state; empty where there is none. */
  public Optional<ObjectNode> state(RoomId room, String type, String stateKey) {
    return find(Call.get(ROOM + "/state/{}/{}", room.value(), type, stateKey));
  }

  /** The whole event of a piece of current state; empty where there is none. */
  public Optional<ObjectNode> stateEvent(RoomId room, String type, String stateKey) {
    return find(
        Call.get(ROOM + "/state/{}/{}", room.value(), type, stateKey).with("format", "event"));
  }

  /** All current state. */
  public List<ObjectNode> fullState(RoomId room) {
    return server.array(Call.get(ROOM + "/state", room.value()).as(user, device));
  }

  /** One event; empty where it does not exist or may not be seen. */
  public Optional<ObjectNode> event(RoomId room, EventId id) {
    return find(Call.get(ROOM + "/event/{}", room.value(), id.value()));
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
    Call call =
        Call.get(ROOM + "/messages", room.value())
            .with("from", from)
            .with("dir", String.valueOf(dir))
            .with("limit", String.valueOf(limit));
    ObjectNode page = ask(call);
    return new MessagesPage(objects(page.path("chunk")), text(page, "start"), text(page, "end"));
  }

  /** The rooms this user is joined to. */
  public List<RoomId> joinedRooms() {
    List<RoomId> rooms = new ArrayList<>();
    ask(Call.get(V3 + "/joined_rooms"))
        .path("joined_rooms")
        .forEach(r -> rooms.add(new RoomId(r.asText())));
    return rooms;
  }

  /** Who is joined to a room, and how they show up there. */
  public Map<UserId, JoinedMember> joinedMembers(RoomId room) {
    Map<UserId, JoinedMember> members = new HashMap<>();
    JsonNode joined = ask(Call.get(ROOM + "/joined_members", room.value())).path("joined");
    for (Map.Entry<String, JsonNode> m : joined.properties()) {
      members.put(
          new UserId(m.getKey()),
          new JoinedMember(text(m.getValue(), "display_name"), text(m.getValue(), "avatar_url")));
    }
    return members;
  }

  /** The memberships of a room, as events, of everybody who has not left it. */
  public List<ObjectNode> members(RoomId room) {
    Call call = Call.get(ROOM + "/members", room.value()).with("not_membership", "leave");
    return objects(ask(call).path("chunk"));
  }

  /**
   * Joins a room.
   *
   * @param roomIdOrAlias which
   * @param via servers to ask for it; none for a room of this server
   * @return the room's id
   */
  public RoomId join(String roomIdOrAlias, List<String> via) {
    Call call = Call.post(Json.object(), V3 + "/join/{}", roomIdOrAlias).withVia(via);
    return new RoomId(required(ask(call), "room_id"));
  }

  /** Invites a user. */
  public void invite(RoomId room, UserId whom, @Nullable String reason) {
    tell(Call.post(reason(reason).put("user_id", whom.value()), ROOM + "/invite", room.value()));
  }

  /** Leaves a room, or declines an invitation. */
  public void leave(RoomId room, @Nullable String reason) {
    tell(Call.post(reason(reason), ROOM + "/leave", room.value()));
  }

  /** Removes a member. */
  public void kick(RoomId room, UserId whom, @Nullable String reason) {
    tell(Call.post(reason(reason).put("user_id", whom.value()), ROOM + "/kick", room.value()));
  }

  /** Makes an alias; M_ROOM_IN_USE or a 409 where it exists. */
  public void createAlias(RoomAlias alias, RoomId room) {
    tell(
        Call.put(
            Json.object().put("room_id", room.value()), V3 + "/directory/room/{}", alias.value()));
  }

  /** What an alias points at; empty where it does not exist. */
  public Optional<ResolvedAlias> resolveAlias(RoomAlias alias) {
    return find(Call.get(V3 + "/directory/room/{}", alias.value()))
        .map(a -> new ResolvedAlias(new RoomId(required(a, "room_id")), texts(a.path("servers"))));
  }

  /** Removes an alias; nothing happens where there is none. */
  public void deleteAlias(RoomAlias alias) {
    Optional<ObjectNode> unused = find(Call.delete(V3 + "/directory/room/{}", alias.value()));
  }

  /** Lists a room in the server's public directory, or takes it out. */
  public void setDirectoryVisibility(RoomId room, boolean listed) {
    ObjectNode body = Json.object().put("visibility", listed ? "public" : "private");
    tell(Call.put(body, V3 + "/directory/list/room/{}", room.value()));
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
      ObjectNode page = ask(call);
      rooms.addAll(objects(page.path("rooms")));
      String next = text(page, "next_batch");
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

  // Account data ---------------------------------------------------------------------------------

  /** Stores a piece of the user's own account data. */
  public void putAccountData(String type, ObjectNode content) {
    tell(Call.put(content, V3 + "/user/{}/account_data/{}", user.value(), type));
  }

  /** A piece of the user's own account data; empty where there is none. */
  public Optional<ObjectNode> accountData(String type) {
    return find(Call.get(V3 + "/user/{}/account_data/{}", user.value(), type));
  }

  /** Stores a piece of the user's account data for one room. */
  public void putAccountData(RoomId room, String type, ObjectNode content) {
    tell(
        Call.put(
            content, V3 + "/user/{}/rooms/{}/account_data/{}", user.value(), room.value(), type));
  }

  /** A piece of the user's account data for one room; empty where there is none. */
  public Optional<ObjectNode> accountData(RoomId room, String type) {
    return find(
        Call.get(V3 + "/user/{}/rooms/{}/account_data/{}", user.value(), room.value(), type));
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
    return ask(Call.raw(method, path, body));
  }

  private static ObjectNode reason(@Nullable String reason) {
    ObjectNode body = Json.object();
    return reason == null ? body : body.put("reason", reason);
  }

  private static EventId eventId(ObjectNode answer) {
    return new EventId(required(answer, "event_id"));
  }

  static String required(ObjectNode answer, String field) {
    String value = text(answer, field);
    if (value == null) {
      throw new MatrixException("", "", 200, "", "the answer lacks " + field, Optional.empty());
    }
    return value;
  }

  private static @Nullable String text(JsonNode object, String field) {
    return object.path(field).textValue();
  }

  private static List<String> texts(JsonNode array) {
    List<String> all = new ArrayList<>();
    array.forEach(s -> all.add(s.asText()));
    return all;
  }

  private static List<ObjectNode> objects(JsonNode array) {
    List<ObjectNode> all = new ArrayList<>();
    for (JsonNode item : array) {
      if (item instanceof ObjectNode o) {
        all.add(o);
      }
    }
    return all;
  }
}
