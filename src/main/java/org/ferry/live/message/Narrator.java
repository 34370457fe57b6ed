package org.ferry.live.message;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.ferry.id.RoomId;
import org.ferry.id.TraceId;
import org.ferry.live.Signal;
import org.ferry.live.events.Echoes;
import org.ferry.live.message.Narration.Chapter;
import org.ferry.live.message.Narration.Place;
import org.ferry.live.message.Narration.Seat;
import org.ferry.live.message.Narration.Silence;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells what released events mean, in their order, each once: what it tells and how far it is are
 * one commit. An event that cannot be understood is set aside, and stops nothing. For one thread.
 */
public final class Narrator {
  private static final Logger LOG = LoggerFactory.getLogger(Narrator.class);
  private static final Duration TICK = Duration.ofSeconds(1);
  private static final int BATCH = 500;

  /**
   * How often it is looked whether others wait behind many releases of rooms that were not read.
   */
  private static final Duration LOOKS_BEHIND = Duration.ofSeconds(10);

  /** How long names are remembered: what is forgotten in the database is forgotten here as well. */
  private static final Duration REMEMBERED = Duration.ofHours(1);

  private final Narration narration;
  private final Scene scene;
  private final Inquiries inquiries;
  private final long epoch;
  private final InstantSource clock;
  private Instant forgetsAt;
  private Instant looksBehindAt = Instant.MIN;
  private long position = -1;

  /**
   * A narrator.
   *
   * @param narration where it reads and writes
   * @param reader asks homeservers
   * @param ours who we are
   * @param networks which networks there are
   * @param clock now
   * @param echoes rooms whose state changed without being told
   * @param epoch the leader's
   */
  public Narrator(
      Narration narration,
      RoomReader reader,
      Ours ours,
      Networks networks,
      InstantSource clock,
      Echoes echoes,
      long epoch) {
    this.narration = narration;
    this.scene = new Scene(ours, networks);
    this.inquiries = new Inquiries(reader, echoes, clock);
    this.epoch = epoch;
    this.clock = clock;
    this.forgetsAt = clock.instant().plus(REMEMBERED);
  }

  /**
   * Tells what comes until the thread is interrupted.
   *
   * @param news woken when something was released
   */
  public void run(Signal news) throws InterruptedException {
    while (true) {
      if (turn() == 0) {
        news.await(TICK);
      }
    }
  }

  /** Tells what can be told now, up to a batch; of how many releases that was. */
  public int turn() throws InterruptedException {
    if (position < 0) {
      position = narration.told();
    }
    Instant now = clock.instant();
    if (now.isAfter(forgetsAt)) {
      scene.forget();
      forgetsAt = now.plus(REMEMBERED);
    }
    List<Release> releases = narration.releases(position, BATCH);
    if (releases.isEmpty()) {
      return 0;
    }
    List<Silence> silences = new ArrayList<>();
    List<Event> events = read(releases, silences);
    Map<Place, ObjectNode> asked = prepare(events);
    Set<RoomId> unread =
        releases.stream().map(Release::room).filter(inquiries::waits).collect(Collectors.toSet());
    List<Release> ready =
        releases.stream().takeWhile(release -> !unread.contains(release.room())).toList();
    if (ready.isEmpty()) {
      return postpone(releases, unread);
    }
    long to = ready.getLast().pos();
    events.removeIf(event -> event.release().pos() > to);
    silences.removeIf(silence -> silence.release() > to);
    return tell(ready, events, asked, silences);
  }

  /** A room that nobody can say anything right of yet waits, and nobody waits for it. */
  private int postpone(List<Release> releases, Set<RoomId> unread) {
    boolean others = releases.stream().anyMatch(r -> !unread.contains(r.room()));
    Instant now = clock.instant();
    if (others || now.isAfter(looksBehindAt)) {
      narration.postpone(epoch, position, unread);
      looksBehindAt = now.plus(LOOKS_BEHIND);
    }
    return others ? releases.size() : 0;
  }

  private int tell(
      List<Release> releases,
      List<Event> events,
      Map<Place, ObjectNode> asked,
      List<Silence> silences)
      throws InterruptedException {
    Meaning meaning = new Meaning(scene, asked);
    List<Draft> drafts = tell(events, meaning, silences);
    long to = releases.getLast().pos();
    Chapter chapter =
        new Chapter(
            position,
            to,
            drafts,
            silences,
            scene.changedCards(),
            scene.changedMembers(),
            meaning.takenBack(),
            releases.stream().collect(Collectors.toMap(Release::pos, Release::at)));
    if (narration.tell(epoch, chapter)) {
      position = to;
      scene.kept();
      trace(releases, drafts);
    } else {
      // Another one leads, or an answer was lost: what is kept counts.
      position = -1;
      scene.forget();
      Thread.sleep(TICK.dividedBy(4));
    }
    return releases.size();
  }

  private static void trace(List<Release> releases, List<Draft> drafts) {
    if (!LOG.isDebugEnabled()) {
      return;
    }
    Map<Long, String> traces =
        releases.stream().collect(Collectors.toMap(Release::pos, Release::trace));
    for (Draft draft : drafts) {
      LOG.atDebug()
          .addKeyValue(TraceId.FIELD, traces.getOrDefault(draft.release(), ""))
          .log(
              "event=told type={} room={} id={}", draft.type().word(), draft.room(), draft.event());
    }
  }

  private static List<Event> read(List<Release> releases, List<Silence> silences) {
    List<Event> events = new ArrayList<>();
    for (Release release : releases) {
      if (release.raw().length() == 0) {
        silences.add(
            new Silence(release.pos(), release.key(), false, "forgotten before it was told"));
        continue;
      }
      try {
        events.add(Event.of(release));
      } catch (IllegalArgumentException e) {
        quarantine(release, e, silences);
      }
    }
    return events;
  }

  /** Everything that is asked for is asked for at once. */
  private Map<Place, ObjectNode> prepare(List<Event> events) throws InterruptedException {
    Set<RoomId> rooms = new HashSet<>();
    Set<Seat> seats = new HashSet<>();
    Set<Place> places = new HashSet<>();
    for (Event event : events) {
      RoomId room = event.release().room();
      rooms.add(room);
      seats.add(new Seat(room, event.release().sender()));
      String key = event.stateKey();
      if (key != null && event.is("m.room.member")) {
        seats.add(new Seat(room, key));
      }
      event.redacts().ifPresent(id -> places.add(new Place(room, id)));
      event.relatesBy("m.replace").ifPresent(id -> places.add(new Place(room, id)));
    }
    rooms.removeIf(scene::knows);
    Map<RoomId, Card> cards = narration.cards(rooms);
    rooms.forEach(room -> scene.put(room, cards.getOrDefault(room, Card.NEW)));
    seats.removeIf(scene::knows);
    narration.members(seats).forEach(scene::put);
    narration.past(places).forEach(scene::put);
    return inquiries.ask(events, scene);
  }

  private List<Draft> tell(List<Event> events, Meaning meaning, List<Silence> silences) {
    List<Draft> drafts = new ArrayList<>();
    for (Event event : events) {
      Release release = event.release();
      Meaning.Told told = told(event, meaning, silences);
      String silence = told.silence();
      if (silence != null) {
        silences.add(new Silence(release.pos(), release.key(), false, silence));
      }
      drafts.addAll(told.drafts());
      note(event, told.drafts());
    }
    return drafts;
  }

  /** Whatever an event holds, it stops none behind it. */
  private static Meaning.Told told(Event event, Meaning meaning, List<Silence> silences) {
    try {
      return meaning.of(event);
    } catch (RuntimeException e) {
      // reason: the texts come from anybody, and not each library that reads them names its errors.
      quarantine(event.release(), e, silences);
      return new Meaning.Told(List.of(), null);
    }
  }

  private static void quarantine(Release release, RuntimeException e, List<Silence> silences) {
    String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    silences.add(new Silence(release.pos(), release.key(), true, why));
    LOG.atWarn()
        .addKeyValue(TraceId.FIELD, release.trace())
        .log("event=live_event_quarantined room={} id={} {}", release.room(), release.event(), why);
    LOG.debug("why an event was set aside", e);
  }

  /** What was told is known to what follows in the same batch. */
  private void note(Event event, Collection<Draft> drafts) {
    Release release = event.release();
    Card card = scene.card(release.room());
    if (!drafts.isEmpty()) {
      scene.change(
          release.room(),
          new Card(
              card.facts(),
              card.name(),
              card.network(),
              true,
              release.event(),
              Instant.ofEpochMilli(release.ts()),
              card.readAt()));
    }
    for (Draft draft : drafts) {
      scene.put(
          new Place(release.room(), release.event()),
          new LiveMessage(
              0,
              release.pos(),
              draft.type().word(),
              draft.room(),
              draft.network(),
              draft.sender(),
              draft.direction(),
              draft.ts(),
              release.at(),
              draft.data(),
              release.trace()));
    }
  }
}
