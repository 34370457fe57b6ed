package org.ferry.live.provision;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;

/** Which names of applications stand for what. Blocks; safe for use by many threads. */
public interface Provisioned {
  /** The user that stands for a name. */
  Optional<Person> person(String extId);

  /** Whom a user stands for. */
  Optional<Person> personOf(UserId user);

  /** Keeps a person, in the place of what was there under the name. */
  void keep(Person person);

  /** Forgets a person who was never made. */
  void drop(Person person);

  /** The room that stands for a key. */
  Optional<Place> place(String key);

  /** What a room stands for; the first where there are several. */
  Optional<Place> placeOf(RoomId room);

  /** Keeps a room, in the place of what was there under the key. */
  void keep(Place place);

  /** Notes what somebody may do in a room. */
  void member(RoomId room, UserId user, Role role);

  /** Notes that somebody is in a room no more. */
  void noMember(RoomId room, UserId user);

  /** Notes that somebody is in no room any more. */
  void noMember(UserId user);

  /** Members that were noted, those who may do most first. */
  List<UserId> members(RoomId room);

  /** The rooms that somebody was noted in. */
  List<RoomId> roomsOf(UserId user);

  /**
   * Does work while no other thread of any process does work under the same name.
   *
   * @param name what the work is about
   * @param work is done once
   * @return what the work gives
   */
  <T> T alone(String name, Supplier<T> work);
}
