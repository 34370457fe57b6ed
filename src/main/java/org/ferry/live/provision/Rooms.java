package org.ferry.live.provision;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ferry.crypto.RoomSettings;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.live.message.RoomCard;
import org.ferry.live.message.RoomCards;
import org.ferry.live.provision.People.Made;
import org.ferry.live.provision.Place.State;
import org.ferry.live.provision.ProvisionException.Kind;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/**
 * Rooms of an application's. Every method blocks, may be repeated, and throws as {@link People}
 * does. Safe for use by many threads.
 */
public final class Rooms {
  /** Where a room's creation says which key it was made for. */
  static final String MARK = "org.ferry.room_key";

  private final Provisioned rows;
  private final RoomCards cards;
  private final Service service;
  private final People people;
  private final Members members;
  private final RoomLock lock;

  /**
   * Rooms of one homeserver.
   *
   * @param rows which key stands for which
   * @param cards which were ever seen encrypted
   * @param door the way to the homeserver
   * @param people who can be in them
   */
  public Rooms(Provisioned rows, RoomCards cards, ServiceDoor door, People people) {
    this.rows = rows;
    this.cards = cards;
    this.service = new Service(door);
    this.people = people;
    this.members = new Members(rows, service, people.naming());
    this.lock = new RoomLock(members.helpers());
  }

  /**
   * What a room is to be.
   *
   * @param name its name; null leaves it as it is
   * @param topic its topic; null leaves it as it is
   * @param members who is to be in it; others stay
   * @param moderators who is to be in it as a moderator
   */
  public record Wanted(
      @Nullable String name,
      @Nullable String topic,
      List<String> members,
      List<String> moderators) {
    /** Copies the lists. */
    public Wanted {
      members = List.copyOf(members);
      moderators = List.copyOf(moderators);
    }
  }

  /**
   * Makes a room, or changes what is named of one; an archived one is opened again.
   *
   * @param key the application's name for it, or a room id
   */
  public Made<RoomId> put(String key, Wanted wanted) {
    Naming.check("a room's key", key);
    List<UserId> plain = wanted.members().stream().map(people::find).toList();
    List<UserId> moderators = wanted.moderators().stream().map(people::find).toList();
    Made<RoomId> made =
        rows.alone("key " + key, () -> service.ask(server -> put(server, key, wanted)));
    for (UserId user : plain) {
      if (!moderators.contains(user)) {
        Members.Standing unused = members.put(made.what(), user, Role.MEMBER);
      }
    }
    for (UserId user : moderators) {
      Members.Standing unused = members.put(made.what(), user, Role.MODERATOR);
    }
    return made;
  }

  private Made<RoomId> put(Homeserver server, String key, Wanted wanted) {
    Place place = rows.place(key).orElse(null);
    RoomId known = place == null ? idOf(key) : place.room();
    RoomId room = known != null ? known : make(server, key, wanted, place != null);
    // Levels are noted before the room is closed; whether it was, is known only where it was noted.
    if (place != null && (place.state() == State.ARCHIVED || place.levels() != null)) {
      lock.open(server, room, place.levels());
    }
    if (known != null) {
      name(server, room, "m.room.name", "name", wanted.name());
      name(server, room, "m.room.topic", "topic", wanted.topic());
    }
    rows.keep(new Place(key, room, State.OPEN, null));
    return new Made<>(room, known == null);
  }

  private static @Nullable RoomId idOf(String key) {
    return RoomId.parse(key).orElse(null);
  }

  private RoomId make(Homeserver server, String key, Wanted wanted, boolean intendedBefore) {
    Intent bot = server.as(people.naming().bot());
    Optional<RoomId> made = intendedBefore ? find(bot, key) : Optional.empty();
    if (made.isPresent()) {
      return made.get();
    }
    rows.keep(new Place(key, null, State.MAKING, null));
    ObjectNode request = Json.object().put("preset", "private_chat").put("visibility", "private");
    if (wanted.name() != null) {
      request.put("name", wanted.name());
    }
    if (wanted.topic() != null) {
      request.put("topic", wanted.topic());
    }
    request.putObject("creation_content").put(MARK, key);
    return bot.createRoom(request);
  }

  /** A room whose making was not answered, or not noted. */
  private static Optional<RoomId> find(Intent bot, String key) {
    for (RoomId room : bot.memberships().joinedRooms()) {
      Optional<ObjectNode> create = bot.state(room, "m.room.create", "");
      if (create.isPresent() && create.get().path(MARK).asText().equals(key)) {
        return Optional.of(room);
      }
    }
    return Optional.empty();
  }

  private void name(
      Homeserver server, RoomId room, String type, String field, @Nullable String value) {
    if (value == null) {
      return;
    }
    ObjectNode content = Json.object().put(field, value);
    boolean unused =
        members
            .helpers()
            .asSomebody(
                server,
                room,
                "set the " + field,
                intent -> {
                  ObjectNode now = intent.state(room, type, "").orElseGet(Json::object);
                  if (!now.path(field).asText("").equals(value)) {
                    var unusedEvent = intent.setState(room, type, "", content, null);
                  }
                  return true;
                });
  }

  /** Makes a room read-only; people stay in it. Nothing happens where it is so already. */
  public void archive(String key) {
    boolean unused = rows.alone("key " + key, () -> service.ask(server -> archive(server, key)));
  }

  private boolean archive(Homeserver server, String key) {
    Place place = rows.place(key).orElse(null);
    RoomId room = place == null ? idOf(key) : place.room();
    if (room == null) {
      throw unknown(key);
    }
    if (place == null || place.state() != State.ARCHIVED) {
      String noted = place == null ? null : place.levels();
      String before = noted == null ? lock.levels(server, room) : noted;
      rows.keep(new Place(key, room, State.OPEN, before));
      lock.close(server, room);
      rows.keep(new Place(key, room, State.ARCHIVED, before));
    }
    return true;
  }

  /**
   * The room of a key.
   *
   * @param key an application's name, or a room id
   */
  public RoomId find(String key) {
    Naming.check("a room's key", key);
    RoomId id = idOf(key);
    if (id != null) {
      return id;
    }
    return rows.place(key).map(Place::room).orElseThrow(() -> unknown(key));
  }

  /** What a room may be called in filters: its id, its key here, its alias and its name. */
  public List<String> names(RoomId room) {
    List<String> names = new ArrayList<>(List.of(room.value()));
    rows.placeOf(room).ifPresent(p -> names.add(p.key()));
    Optional<RoomCard> card = cards.find(room);
    card.map(RoomCard::alias).ifPresent(names::add);
    card.map(RoomCard::name).ifPresent(names::add);
    return names;
  }

  /**
   * Whether what is said in a room is encrypted; it was once, or is now.
   *
   * @param voice who speaks in it: an account sees it itself, for everybody else who of Ferry's
   *     users does
   */
  boolean isEncrypted(RoomId room, Voice voice) {
    if (cards.isEncrypted(room)) {
      return true;
    }
    boolean encrypted =
        voice.isAccount() ? voice.ask(voice.user(), i -> encrypts(i, room)) : askWhether(room);
    if (encrypted) {
      cards.encrypted(room);
    }
    return encrypted;
  }

  private boolean askWhether(RoomId room) {
    return service.ask(server ->
        members
            .helpers()
            .asSomebody(server, room, "see whether it is encrypted", i -> encrypts(i, room)));
  }

  private static boolean encrypts(Intent intent, RoomId room) {
    return intent.state(room, "m.room.encryption", "").filter(RoomSettings::encrypts).isPresent();
  }

  /** Ferry's own user. */
  UserId bot() {
    return people.naming().bot();
  }

  /**
   * Who is joined to a room. Nobody joins it, or is invited, for the question.
   *
   * @param reader somebody who may be in the room; asked last where Ferry may act for them
   * @return empty where neither the bot, nor a user whom Ferry put into the room, nor the reader
   *     may see it
   */
  public Optional<Set<UserId>> joined(RoomId room, UserId reader) {
    return service.ask(server ->
        members
            .helpers()
            .asWhoIsThere(
                server,
                room,
                reader,
                i -> Set.copyOf(i.memberships().joinedMembers(room).keySet())));
  }

  /** The room of a key, which people can talk in. */
  RoomId open(String key) {
    RoomId room = find(key);
    Optional<Place> place = rows.place(key).or(() -> rows.placeOf(room));
    if (place.isPresent() && place.get().state() == State.ARCHIVED) {
      throw new ProvisionException(
          Kind.CONFLICT, "the room \"" + key + "\" is archived; put it again to open it");
    }
    return room;
  }

  /** Makes somebody a member with a role, or changes the role. */
  public Members.Standing putMember(String key, String name, Role role) {
    return members.put(open(key), people.find(name), role);
  }

  /** Takes somebody out of a room. Nothing happens where they are not in it. */
  public void removeMember(String key, String name) {
    members.remove(find(key), people.find(name));
  }

  /**
   * Lets somebody join.
   *
   * @param invited whether Ferry may invite them where the room is not open to them
   */
  public RoomId join(String key, UserId user, boolean invited) {
    RoomId room = open(key);
    try {
      if (invited) {
        String unused =
            rows.alone(
                "room " + room, () -> service.ask(server -> members.bring(server, room, user)));
        rows.member(room, user, Role.MEMBER);
      } else {
        members.join(room, user);
      }
      return room;
    } catch (MatrixException e) {
      if (e.isForbidden() || e.isNotFound()) {
        throw new ProvisionException(
            Kind.FORBIDDEN, user + " may not join " + key + "; it takes an invitation");
      }
      throw e;
    }
  }

  private static ProvisionException unknown(String key) {
    return new ProvisionException(
        Kind.UNKNOWN, "there is no room \"" + key + "\"; put it under rooms/ first");
  }
}
