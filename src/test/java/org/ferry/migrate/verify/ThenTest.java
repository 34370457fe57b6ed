package org.ferry.migrate.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.ferry.id.EventId;
import org.ferry.id.MxcUri;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.EventFate;
import org.ferry.migrate.EventState;
import org.ferry.migrate.rewrite.Lookups;
import org.ferry.model.Event;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the replay may have known when it sent an event, and what it must have known. */
class ThenTest {
  private static final RoomId HERE = new RoomId("!here:old");
  private static final RoomId THERE = new RoomId("!there:old");

  private final World world = new World();
  private final EventFate about = world.carried("$about", HERE, 10, false, null);

  private Then then(String found, boolean whole) {
    return new Then(world, id -> Optional.ofNullable(world.fates.get(id)), about, found, whole);
  }

  private Lookups.LinkFate event(String id, String found) {
    return then(found, false).event(new EventId(id));
  }

  @Test
  void whatCameBeforeInTheSameRoomWasKnown() {
    var unused = world.carried("$before", HERE, 5, false, null);
    assertThat(event("$before", "nothing of it")).isInstanceOf(Lookups.LinkFate.Carried.class);
  }

  @Test
  void whatCameAfterOrLateOrLastMayNotHaveBeen() {
    EventFate unused = world.carried("$after", HERE, 11, false, null);
    unused = world.carried("$late", HERE, 5, true, null);
    unused = world.carried("$last", HERE, 5, false, "timestamp, sent last");
    unused = world.carried("$other", THERE, 5, false, null);
    for (String id : new String[] {"$after", "$late", "$last", "$other"}) {
      assertThat(event(id, "nothing of it")).as(id).isInstanceOf(Lookups.LinkFate.Unknown.class);
      assertThat(event(id, "https://matrix.to/#/!r/%24new_" + id.substring(1)))
          .as(id)
          .isInstanceOf(Lookups.LinkFate.Carried.class);
    }
  }

  @Test
  void ofTwoLinksOneMayHaveBeenFollowed() {
    EventFate unused = world.carried("$one", THERE, 1, false, null);
    unused = world.carried("$two", THERE, 2, false, null);
    String found = "a link to $new_one and one to the room";
    assertThat(event("$one", found)).isInstanceOf(Lookups.LinkFate.Carried.class);
    assertThat(event("$two", found)).isInstanceOf(Lookups.LinkFate.Unknown.class);
  }

  @Test
  void beforeANewerDumpNothingOfItWasTakenBack() {
    var unused = world.carried("$before", HERE, 5, false, null);
    world.substance = Lookups.Substance.TAKEN_BACK;
    assertThat(then("", false).event(new EventId("$before")))
        .isEqualTo(
            new Lookups.LinkFate.Carried(
                HERE, new EventId("$new_before"), Lookups.Substance.TAKEN_BACK));
    assertThat(then("", true).event(new EventId("$before")))
        .isEqualTo(
            new Lookups.LinkFate.Carried(
                HERE, new EventId("$new_before"), Lookups.Substance.WHOLE));
  }

  @Test
  void roomsAndAliasesMayHaveBeenMadeLater() {
    assertThat(then("", false).room(THERE)).isInstanceOf(Lookups.RoomFate.Pending.class);
    assertThat(then("to !newthere", false).room(THERE))
        .isInstanceOf(Lookups.RoomFate.Carried.class);
    assertThat(then("", false).room(HERE)).isInstanceOf(Lookups.RoomFate.Carried.class);
    assertThat(then("", false).alias(new RoomAlias("#a:old"))).isEmpty();
    assertThat(then("to #alias:new", false).alias(new RoomAlias("#a:old"))).isPresent();
  }

  @Test
  void peopleAndFilesAreWhatTheyAreNow() {
    assertThat(then("", true).user(new UserId("@a:old"))).contains(new UserId("@old_a:new"));
    assertThat(then("", true).media(new MxcUri("old", "f")))
        .isEqualTo(new Lookups.FileFate.Carried(new MxcUri("new", "F")));
  }

  /** A world in which everything was carried. */
  private static final class World implements Lookups {
    private final Map<EventId, EventFate> fates = new HashMap<>();
    private Substance substance = Substance.WHOLE;

    EventFate carried(String id, RoomId room, long depth, boolean late, @Nullable String repairs) {
      Event event =
          new Event(
              new EventId(id),
              room,
              new UserId("@a:old"),
              "m.room.message",
              null,
              0,
              depth,
              0,
              "{}",
              null,
              null,
              false);
      EventFate fate =
          new EventFate(
              depth,
              event,
              EventState.CARRIED,
              new EventId("$new_" + id.substring(1)),
              null,
              late,
              repairs);
      fates.put(event.id(), fate);
      return fate;
    }

    @Override
    public Optional<UserId> user(UserId old) {
      return Optional.of(new UserId("@old_" + old.localpart() + ":new"));
    }

    @Override
    public RoomFate room(RoomId old) {
      return new RoomFate.Carried(new RoomId("!new" + old.value().substring(1, 6) + ":new"));
    }

    @Override
    public LinkFate event(EventId old) {
      EventFate fate = fates.get(old);
      EventId target = fate == null ? null : fate.target();
      return fate == null || target == null
          ? new LinkFate.Unknown()
          : new LinkFate.Carried(fate.event().room(), target, substance);
    }

    @Override
    public FileFate media(MxcUri old) {
      return new FileFate.Carried(new MxcUri("new", "F"));
    }

    @Override
    public Optional<RoomAlias> alias(RoomAlias old) {
      return Optional.of(new RoomAlias("#alias:new"));
    }
  }
}
