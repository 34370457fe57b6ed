package org.ferry.migrate.rewrite;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.EventSize;
import org.ferry.matrix.event.Json;
import org.ferry.matrix.event.Sanitizer;
import org.ferry.migrate.Forgotten;
import org.ferry.model.Event;
import org.jspecify.annotations.Nullable;

/**
 * Says what an event of the source becomes on the other side. Holds nothing: the same event with
 * the same look-ups gives the same answer, which is how {@code verify} knows what to expect.
 */
public final class Rewriter {
  private static final Set<String> NEVER =
      Set.of("m.room.create", "m.room.aliases", "m.room.third_party_invite", "m.room.retention");
  private static final Set<String> PLACEHOLDERS = Set.of("m.room.message", "m.sticker");
  private static final String REDACTION = "m.room.redaction";
  private static final String ENCRYPTED = "m.room.encrypted";

  /** The repair noted of a message whose key belongs to somebody else than its sender. */
  public static final String OTHERS_KEY = "another person's key";

  private static final int LONGEST_REASON = 10_000;
  private static final long MAX_TS = (1L << 53) - 1;

  /** The budget of an event is the same in every room, so that any room takes it. */
  private static final RoomId LONGEST_ROOM = new RoomId("!" + "r".repeat(254));

  private final Lookups lookups;
  private final Origin origin;
  private final boolean tombstones;
  private final boolean visibilityInPlace;
  private final Opening opening;

  /**
   * A rewriter for one crossing.
   *
   * @param lookups what became of ids
   * @param origin the marks of the source
   * @param tombstones true to carry redacted messages as redacted ones, false to leave them out
   */
  public Rewriter(Lookups lookups, Origin origin, boolean tombstones) {
    this(lookups, origin, tombstones, false, Opening.NOTHING);
  }

  /**
   * A rewriter for one crossing.
   *
   * @param lookups what became of ids
   * @param origin the marks of the source
   * @param tombstones true to carry redacted messages as redacted ones, false to leave them out
   * @param visibilityInPlace true where a visibility from entry on is set at its place in history,
   *     because people read with accounts of their own
   * @param opening how encrypted events are treated where a room's are opened
   */
  public Rewriter(
      Lookups lookups,
      Origin origin,
      boolean tombstones,
      boolean visibilityInPlace,
      Opening opening) {
    this.lookups = lookups;
    this.origin = origin;
    this.tombstones = tombstones;
    this.visibilityInPlace = visibilityInPlace;
    this.opening = opening;
  }

  /**
   * What an event becomes in a room.
   *
   * @param event the event of the source; never changed
   * @param room where it goes to
   * @throws IllegalArgumentException where its content is no JSON object that can be read
   */
  public Rewritten rewrite(Event event, RoomContext room) {
    Optional<Rewritten> rule = leftOut(event, room).or(() -> late(event, room));
    if (rule.isPresent()) {
      return rule.get();
    }
    Optional<UserId> sender = lookups.user(event.sender());
    if (sender.isEmpty()) {
      return new Rewritten.Skip("sender is not carried");
    }
    if (event.type().equals(REDACTION)) {
      return redaction(event, sender.get(), room);
    }
    if (Forgotten.is(event.content())) {
      return new Rewritten.Fail(Forgotten.REMEDY);
    }
    return event.type().equals(ENCRYPTED)
        ? opened(event, sender.get(), room)
        : translate(event, sender.get(), room);
  }

  private Rewritten opened(Event event, UserId sender, RoomContext room) {
    return switch (opening.opener().open(event)) {
      case Opener.Opened.Clear clear ->
          noted(translate(clear.event(), sender, room), clear.othersKey() ? OTHERS_KEY : null);
      case Opener.Opened.Sealed closed when !opening.placeholders() ->
          new Rewritten.Skip(Placeholder.LEFT_OUT);
      case Opener.Opened.Sealed closed -> {
        Event placeholder = Placeholder.of(event, closed.reason(), opening.language());
        yield noted(translate(placeholder, sender, room), Placeholder.NOTE);
      }
    };
  }

  private static Rewritten noted(Rewritten rewritten, @Nullable String note) {
    if (note == null || !(rewritten instanceof Rewritten.Send send)) {
      return rewritten;
    }
    Set<String> repairs = new TreeSet<>(send.repairs());
    boolean unused = repairs.add(note);
    return new Rewritten.Send(
        send.sender(), send.type(), send.stateKey(), send.content(), send.ts(), repairs);
  }

  private Optional<Rewritten> leftOut(Event event, RoomContext room) {
    if (NEVER.contains(event.type())) {
      return skip("never carried: " + event.type());
    }
    boolean redaction = event.type().equals(REDACTION);
    boolean placeholder = tombstones && PLACEHOLDERS.contains(event.type());
    // Taking back a redaction does not bring back what it took.
    if (event.redactedBy() != null && !event.isState() && !placeholder && !redaction) {
      return skip("redacted");
    }
    if (room.reused() && event.isState() && !isJoin(event)) {
      return skip("state of a reused room");
    }
    if (event.type().equals(ENCRYPTED) && (event.isState() || !room.opens())) {
      return skip("encrypted");
    }
    if (room.shell() && !event.isState() && !redaction) {
      return skip("room is carried without its history");
    }
    return Optional.empty();
  }

  private Optional<Rewritten> late(Event event, RoomContext room) {
    boolean inPlace = visibilityInPlace && event.type().equals("m.room.history_visibility");
    if (room.finishing() || inPlace || !comesLast(event)) {
      return Optional.empty();
    }
    return Optional.of(event.current() ? new Rewritten.Last() : new Rewritten.Skip("superseded"));
  }

  /**
   * True for what would close the room before its history stands, and is sent after it: encryption,
   * and the visibilities {@code joined} and {@code invited}.
   */
  public static boolean comesLast(Event event) {
    if (!event.isState()) {
      return false;
    }
    if (event.type().equals("m.room.history_visibility")) {
      String visibility =
          Json.parseObject(event.content()).path("history_visibility").asText("shared");
      return visibility.equals("joined") || visibility.equals("invited");
    }
    return event.type().equals("m.room.encryption");
  }

  private Rewritten redaction(Event event, UserId sender, RoomContext room) {
    if (event.redacts() == null) {
      return new Rewritten.Skip("redacts nothing");
    }
    return switch (lookups.event(event.redacts())) {
      case Lookups.LinkFate.Carried carried -> takeBack(event, sender, carried, room);
      case Lookups.LinkFate.Left left -> new Rewritten.Skip("redaction");
      case Lookups.LinkFate.Unknown unknown -> new Rewritten.Skip("redaction");
      case Lookups.LinkFate.Pending pending ->
          new Rewritten.Postpone("the event it takes back is still to be carried");
      case Lookups.LinkFate.Failed failed ->
          new Rewritten.Fail("the event it takes back could not be carried yet");
    };
  }

  private Rewritten takeBack(
      Event event, UserId sender, Lookups.LinkFate.Carried carried, RoomContext room) {
    boolean standing =
        carried.substance() == Lookups.Substance.STUB
            || carried.substance() == Lookups.Substance.TAKEN_BACK;
    if (!standing) {
      // Nothing is left to take back, or the source's rules gave the redaction no effect.
      return new Rewritten.Skip("redaction");
    }
    JsonNode reason = Json.parseObject(event.content()).path("reason");
    boolean told =
        reason.isTextual()
            && event.redactedBy() == null
            && reason.textValue().length() <= LONGEST_REASON;
    ObjectNode content = JsonNodeFactory.instance.objectNode();
    if (told) {
      content.set("reason", reason);
    }
    content.put("redacts", carried.target().value());
    content.set(Origin.KEY, origin.of(event));
    int budget = EventSize.of(LONGEST_ROOM, sender, REDACTION, null, room.longReferences());
    ObjectNode fitted = Sanitizer.acceptable(REDACTION, content, budget).content();
    return new Rewritten.Redact(sender, carried.target(), fitted, clamp(event.ts()));
  }

  private Rewritten translate(Event event, UserId sender, RoomContext room) {
    ObjectNode content = Json.parseObject(event.content());
    content.remove(List.of(Origin.KEY, Origin.HELPER));
    if (event.redactedBy() != null && !event.isState()) {
      content.removeAll();
    }
    StateRewriter state = new StateRewriter(lookups, room);
    String stateKey = null;
    if (event.stateKey() != null) {
      switch (state.stateKey(event.type(), event.stateKey())) {
        case StateRewriter.StateKey.Known known -> stateKey = known.value();
        case StateRewriter.StateKey.Absent absent -> {
          return absent.why();
        }
      }
    }
    Optional<Rewritten> verdict = content(event, state, room, content);
    if (verdict.isPresent()) {
      return verdict.get();
    }
    content.set(Origin.KEY, origin.of(event));
    if (event.isPrior()) {
      content.put(Origin.HELPER, true);
    }
    return acceptable(event, sender, stateKey, content, room);
  }

  /** Files come last: what is not sent does not leave its pictures on the other side. */
  private Optional<Rewritten> content(
      Event event, StateRewriter state, RoomContext room, ObjectNode content) {
    Links links = new Links(lookups, room, event.room());
    SealedFiles sealed = new SealedFiles(lookups);
    boolean files = room.encrypted() == RoomContext.Encrypted.OPENED;
    String stateKey = event.stateKey();
    Optional<Rewritten> verdict =
        new Relations(lookups, event.room())
            .rewrite(event.type(), content)
            .or(() ->
                stateKey == null
                    ? Optional.empty()
                    : state.rewrite(event.type(), stateKey, content))
            .or(() -> files ? sealed.take(content) : Optional.empty())
            .or(() -> new ContentRewriter(lookups, links).rewrite(event.type(), content))
            .or(links::awaited);
    sealed.put();
    return verdict;
  }

  private static Rewritten acceptable(
      Event event, UserId sender, @Nullable String stateKey, ObjectNode content, RoomContext room) {
    Sanitizer.Acceptable fitted;
    try {
      int budget =
          EventSize.of(LONGEST_ROOM, sender, event.type(), stateKey, room.longReferences());
      fitted = Sanitizer.acceptable(event.type(), content, budget);
    } catch (Sanitizer.UnfixableException e) {
      return new Rewritten.Fail(
          "larger than the 65,536 bytes that a homeserver takes, and cannot be shortened");
    }
    TreeSet<String> repairs = new TreeSet<>();
    fitted.repairs().forEach(r -> repairs.add(r.toString()));
    long ts = clamp(event.ts());
    if (ts != event.ts()) {
      repairs.add("timestamp");
    }
    return new Rewritten.Send(sender, event.type(), stateKey, fitted.content(), ts, repairs);
  }

  private static boolean isJoin(Event event) {
    return event.type().equals("m.room.member")
        && Json.parseObject(event.content()).path("membership").asText("").equals("join");
  }

  private static long clamp(long ts) {
    return Math.max(0, Math.min(MAX_TS, ts));
  }

  private static Optional<Rewritten> skip(String reason) {
    return Optional.of(new Rewritten.Skip(reason));
  }
}
