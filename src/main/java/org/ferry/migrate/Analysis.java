package org.ferry.migrate;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.ferry.matrix.event.Json;
import org.ferry.model.MediaFile;
import org.ferry.source.MediaStore;
import org.ferry.source.Problem;
import org.ferry.source.RoomTally;
import org.jspecify.annotations.Nullable;

/**
 * What is in a source and what could go wrong, without touching any server.
 *
 * @param source the source as loaded
 * @param rooms its rooms
 * @param byType accepted events by type
 * @param problems what the load left out and why
 * @param missing paths of files that the media store does not hold; at most a thousand
 * @param missingCount how many there are; -1 where no media store was given
 * @param warnings what a person should know before going on, one sentence each
 */
public record Analysis(
    LoadedSource source,
    List<RoomFacts> rooms,
    Map<String, Long> byType,
    List<Problem> problems,
    List<String> missing,
    long missingCount,
    List<String> warnings) {
  private static final int SHOWN = 1000;

  /**
   * Analyses what was loaded.
   *
   * @param ledger the ledger
   * @param source which source
   * @param media its files, null where none were given
   * @return the analysis
   * @throws IOException where the media store cannot be read
   */
  public static Analysis of(SourceLedger ledger, LoadedSource source, @Nullable MediaStore media)
      throws IOException {
    List<RoomFacts> rooms = Survey.of(ledger, source);
    Map<String, Long> byType = new TreeMap<>();
    try (Stream<RoomTally> tallies = ledger.tallies(source.id())) {
      tallies.forEach(t -> t.byType().forEach((type, n) -> byType.merge(type, n, Long::sum)));
    }
    List<String> missing = new ArrayList<>();
    long missingCount = media == null ? -1 : missing(ledger, source, media, missing);
    Analysis bare =
        new Analysis(
            source, rooms, byType, ledger.problems(source.id()), missing, missingCount, List.of());
    return new Analysis(
        source, rooms, byType, bare.problems, missing, missingCount, bare.warn(media));
  }

  private static long missing(
      SourceLedger ledger, LoadedSource source, MediaStore media, List<String> missing)
      throws IOException {
    long count = 0;
    List<MediaFile> files;
    try (Stream<MediaFile> all = ledger.media(source.id())) {
      files = all.filter(f -> f.uri().server().equals(source.info().server())).toList();
    }
    for (MediaFile file : files) {
      if (!file.quarantined() && media.find(file.path()).isEmpty()) {
        count++;
        if (missing.size() < SHOWN) {
          missing.add(file.path());
        }
      }
    }
    return count;
  }

  private List<String> warn(@Nullable MediaStore media) {
    List<String> sentences = new ArrayList<>();
    long encrypted = rooms.stream().filter(RoomFacts::encrypted).count();
    if (encrypted > 0) {
      sentences.add(
          "%d encrypted rooms hold %d encrypted messages: their members and settings are carried, these messages only with rooms.encrypted: decrypt and their keys."
              .formatted(encrypted, source.totals().encrypted()));
    }
    if (media == null && source.totals().media() > 0) {
      sentences.add(
          "The source knows %d files; without --media PATH, messages that are files cannot be carried."
              .formatted(source.totals().media()));
    }
    if (missingCount > 0) {
      sentences.add(
          "%d files are not in the media store, the first is %s: messages that need them wait until it holds them, or set replay.missing_media: carry."
              .formatted(missingCount, missing.getFirst()));
    }
    if (!problems.isEmpty()) {
      sentences.add(
          "%d rows of the source were left out; the first: %s: %s"
              .formatted(problems.size(), problems.getFirst().where(), problems.getFirst().what()));
    }
    return sentences;
  }

  /**
   * Writes the analysis as one JSON object, the content of {@code migration-analysis.json}: room by
   * room, because the largest servers have tens of thousands.
   *
   * @param json where to; stays open
   * @throws IOException where it cannot be written
   */
  public void writeTo(JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writePOJOField("source", from());
    json.writePOJOField("totals", totals());
    json.writePOJOField("events_by_type", byType);
    json.writeArrayFieldStart("rooms");
    for (RoomFacts room : rooms) {
      json.writeTree(room(room));
    }
    json.writeEndArray();
    if (missingCount >= 0) {
      json.writeObjectFieldStart("missing_media");
      json.writeNumberField("count", missingCount);
      json.writePOJOField("paths", missing);
      json.writeEndObject();
    }
    json.writeArrayFieldStart("problems");
    for (Problem p : problems) {
      json.writeTree(
          Json.object().put("where", p.where()).put("what", p.what()).put("remedy", p.remedy()));
    }
    json.writeEndArray();
    json.writePOJOField("warnings", warnings);
    json.writeEndObject();
  }

  private ObjectNode from() {
    ObjectNode from = Json.object();
    from.put("type", source.info().type())
        .put("server", source.info().server())
        .put("label", source.info().label())
        .put("made_by", source.info().madeBy())
        .put("load", source.load())
        .put("loaded_at", source.loadedAt().toString());
    if (source.info().latestEvent() != null) {
      from.put("latest_event", source.info().latestEvent().toString());
    }
    return from;
  }

  private ObjectNode totals() {
    LoadedSource.Totals t = source.totals();
    return Json.object()
        .put("people", t.people())
        .put("deactivated", t.deactivated())
        .put("rooms", t.rooms())
        .put("events", t.events())
        .put("new_events", t.newEvents())
        .put("messages", t.messages())
        .put("encrypted", t.encrypted())
        .put("redacted", t.redacted())
        .put("media", t.media())
        .put("media_bytes", t.mediaBytes());
  }

  private static ObjectNode room(RoomFacts room) {
    return Json.object()
        .put("id", room.id().value())
        .put("name", room.name())
        .put("version", room.version())
        .put("creator", room.creator() == null ? null : room.creator().value())
        .put("type", room.type())
        .put("encrypted", room.encrypted())
        .put("direct", room.direct())
        .put("joined", room.joined().size())
        .put("join_rule", room.joinRule())
        .put("history_visibility", room.historyVisibility())
        .put("events", room.counts().events())
        .put("messages", room.counts().messages());
  }
}
