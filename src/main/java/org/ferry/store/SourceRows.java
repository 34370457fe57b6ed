package org.ferry.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.TreeMap;
import org.ferry.id.EventId;
import org.ferry.id.MxcUri;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.LoadedSource;
import org.ferry.model.AccountDatum;
import org.ferry.model.MediaFile;
import org.ferry.model.Person;
import org.ferry.model.Receipt;
import org.ferry.model.Room;
import org.ferry.model.WayIn;
import org.ferry.source.RoomTally;
import org.ferry.source.SourceInfo;
import org.jspecify.annotations.Nullable;

/** What the tables of a source's load hold, as records. */
final class SourceRows {
  static final String SOURCE =
      "id, type, server, label, made_by, latest_event, fingerprint, load, loaded_at, people,"
          + " deactivated, rooms, events, messages, encrypted, redacted, media, media_bytes,"
          + " new_events";
  static final String PERSON =
      "id, display_name, avatar, deactivated, admin, guest, bridged, created_at";
  static final String MEDIA = "uri, mime_type, name, length, uploader, path, quarantined";

  private static final ObjectMapper JSON = new ObjectMapper();

  private SourceRows() {}

  static LoadedSource source(Row row) {
    OffsetDateTime latest = row.getOffsetDateTime(5);
    SourceInfo info =
        new SourceInfo(
            row.getString(1),
            row.getString(2),
            row.getString(3),
            row.getString(4),
            latest == null ? null : latest.toInstant(),
            row.getString(6));
    Instant loadedAt = row.getOffsetDateTime(8).toInstant();
    var totals =
        new LoadedSource.Totals(
            row.getLong(9),
            row.getLong(10),
            row.getLong(11),
            row.getLong(12),
            row.getLong(13),
            row.getLong(14),
            row.getLong(15),
            row.getLong(16),
            row.getLong(17),
            row.getLong(18));
    return new LoadedSource(row.getLong(0), info, row.getInteger(7), loadedAt, totals);
  }

  static Person person(Row row) {
    return new Person(
        new UserId(row.getString(0)),
        row.getString(1),
        row.getString(2),
        row.getBoolean(3),
        row.getBoolean(4),
        row.getBoolean(5),
        row.getBoolean(6),
        row.getLong(7));
  }

  static Room room(Row row) {
    return new Room(
        new RoomId(row.getString(0)),
        row.getString(1),
        EventRows.userId(row.getString(2)),
        row.getBoolean(3));
  }

  static MediaFile media(Row row) {
    return new MediaFile(
        mxc(row.getString(0)),
        row.getString(1),
        row.getString(2),
        row.getLong(3),
        EventRows.userId(row.getString(4)),
        row.getString(5),
        row.getBoolean(6));
  }

  static AccountDatum accountDatum(Row row) {
    return new AccountDatum(
        new UserId(row.getString(0)),
        EventRows.roomId(row.getString(1)),
        row.getString(2),
        row.getString(3));
  }

  static Receipt receipt(Row row) {
    return new Receipt(
        new RoomId(row.getString(0)),
        new UserId(row.getString(1)),
        row.getString(2),
        new EventId(row.getString(3)),
        row.getString(4),
        row.getLong(5));
  }

  static WayIn wayIn(Row row) {
    return new WayIn(
        new UserId(row.getString(0)), row.getString(1), row.getString(2), row.getString(3));
  }

  static RoomTally tally(Row row) {
    return new RoomTally(
        new RoomId(row.getString(0)), counts(row.getString(1)), row.getLong(2), row.getString(3));
  }

  static MxcUri mxc(@Nullable String value) {
    return MxcUri.parse(String.valueOf(value))
        .orElseThrow(() -> new IllegalStateException("the ledger holds a bad address: " + value));
  }

  static String json(Map<String, Long> counts) {
    try {
      return JSON.writeValueAsString(new TreeMap<>(counts));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("counts that cannot be written: " + counts, e);
    }
  }

  private static Map<String, Long> counts(String json) {
    try {
      return JSON.readValue(json, new TypeReference<TreeMap<String, Long>>() {});
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the ledger holds counts that cannot be read: " + json, e);
    }
  }
}
