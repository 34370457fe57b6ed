package org.ferry.source.synapse;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;
import org.ferry.id.EventId;
import org.ferry.id.MxcUri;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.model.AccountDatum;
import org.ferry.model.Alias;
import org.ferry.model.Event;
import org.ferry.model.MediaFile;
import org.ferry.model.Person;
import org.ferry.model.Receipt;
import org.ferry.model.Room;
import org.ferry.model.WayIn;
import org.ferry.source.synapse.Json.Malformed;
import org.jspecify.annotations.Nullable;

/**
 * Makes model records of staged rows. A row that makes no sense throws {@link
 * IllegalArgumentException} with what is wrong; one that is none of Ferry's business is empty.
 */
final class ModelReader {
  /** Encrypted secrets of accounts; they mean nothing on another server. */
  private static final Pattern SECRET_TYPES =
      Pattern.compile("m\\.(secret_storage|cross_signing|megolm_backup)\\..*");

  private static final Pattern FILE_ID = Pattern.compile("[A-Za-z0-9_\\-]{5,255}");

  private final String server;
  private final Pruner pruner = new Pruner();
  private final Json json = new Json();

  ModelReader(String server) {
    this.server = server;
  }

  Optional<Person> person(StagedRow row) {
    String avatar = row.text(2);
    return Optional.of(
        new Person(
            new UserId(must(row, 0, "name")),
            row.text(1),
            avatar == null || avatar.isEmpty() ? null : avatar,
            row.flag(3),
            row.flag(4),
            row.flag(5),
            row.text(6) != null,
            1000 * row.number(7, 0)));
  }

  Optional<Room> room(StagedRow row) {
    String version = row.text(1);
    String creator = row.text(2);
    return Optional.of(
        new Room(
            new RoomId(must(row, 0, "room_id")),
            version == null || version.isEmpty() ? "1" : version,
            creator != null && UserId.isValid(creator) ? new UserId(creator) : null,
            row.flag(3)));
  }

  Optional<Alias> alias(StagedRow row) {
    RoomAlias alias = new RoomAlias(must(row, 0, "room_alias"));
    if (!alias.server().equals(server)) {
      return Optional.empty();
    }
    return Optional.of(new Alias(alias, new RoomId(must(row, 1, "room_id"))));
  }

  Optional<Event> event(StagedRow row) {
    String id = must(row, 0, "event_id");
    String type = must(row, 3, "type");
    String content = row.text(8);
    if (content == null) {
      throw new IllegalArgumentException("has no readable row in event_json");
    }
    String version = row.text(12) == null ? "1" : must(row, 12, "room_version");
    String by = type.equals("m.room.create") ? null : row.text(10);
    String redacts = type.equals("m.room.redaction") ? redacts(row, version, content) : null;
    return Optional.of(
        new Event(
            new EventId(id),
            new RoomId(must(row, 1, "room_id")),
            new UserId(must(row, 2, "sender")),
            type,
            string(row.text(4)),
            row.number(5, 0),
            row.number(6, 0),
            row.number(7, 0),
            by == null ? content : pruner.prune(version, type, content),
            redacts == null ? null : EventId.parse(redacts).orElse(null),
            by == null ? null : new EventId(by),
            row.flag(11)));
  }

  /** Since room version 11 a redaction names its event in the content. */
  private @Nullable String redacts(StagedRow row, String version, String content) {
    if (Pruner.number(version) < 11) {
      return string(row.text(9));
    }
    byte[] b = content.getBytes(StandardCharsets.UTF_8);
    try {
      json.read(b, 0, b.length);
      return json.text("redacts");
    } catch (Malformed e) {
      return null;
    }
  }

  Optional<MediaFile> media(StagedRow row) {
    String origin = row.text(0);
    String id = must(row, 1, "media_id");
    String of = origin == null ? server : origin;
    MxcUri uri =
        MxcUri.parse("mxc://" + of + "/" + id)
            .filter(u -> !u.server().startsWith("."))
            .orElseThrow(() -> new IllegalArgumentException("has no safe media address"));
    String file = origin == null ? id : must(row, 6, "filesystem_id");
    if (!FILE_ID.matcher(file).matches()) {
      throw new IllegalArgumentException("has no safe file name in the media store");
    }
    String uploader = row.text(5);
    String folder = origin == null ? "local_content/" : "remote_content/" + origin + "/";
    return Optional.of(
        new MediaFile(
            uri,
            row.text(2),
            row.text(3),
            row.number(4, -1),
            uploader != null && UserId.isValid(uploader) ? new UserId(uploader) : null,
            folder + file.substring(0, 2) + "/" + file.substring(2, 4) + "/" + file.substring(4),
            row.flag(7)));
  }

  Optional<AccountDatum> accountDatum(StagedRow row) {
    String type = must(row, 2, "account_data_type");
    if (SECRET_TYPES.matcher(type).matches()) {
      return Optional.empty();
    }
    String room = row.text(1);
    String content = must(row, 3, "content");
    byte[] b = content.getBytes(StandardCharsets.UTF_8);
    try {
      json.read(b, 0, b.length);
    } catch (Malformed e) {
      throw new IllegalArgumentException("has a content that " + e.getMessage(), e);
    }
    return Optional.of(
        new AccountDatum(
            new UserId(must(row, 0, "user_id")),
            room == null ? null : new RoomId(room),
            type,
            content));
  }

  Optional<Receipt> receipt(StagedRow row) {
    return Optional.of(
        new Receipt(
            new RoomId(must(row, 0, "room_id")),
            new UserId(must(row, 2, "user_id")),
            must(row, 1, "receipt_type"),
            new EventId(must(row, 3, "event_id")),
            row.text(5),
            receiptTime(row.text(4))));
  }

  Optional<WayIn> wayIn(StagedRow row) {
    return Optional.of(
        new WayIn(
            new UserId(must(row, 0, "user_id")),
            must(row, 1, "medium"),
            row.text(2) == null ? "" : must(row, 2, "auth_provider"),
            must(row, 3, "address")));
  }

  private long receiptTime(@Nullable String data) {
    if (data == null) {
      return 0;
    }
    byte[] b = data.getBytes(StandardCharsets.UTF_8);
    try {
      json.read(b, 0, b.length);
      int ts = json.find("ts");
      String digits =
          ts < 0
              ? ""
              : new String(
                  b, json.start(ts), json.end(ts) - json.start(ts), StandardCharsets.UTF_8);
      return digits.matches("[0-9]{1,18}") ? Long.parseLong(digits) : 0;
    } catch (Malformed e) {
      return 0;
    }
  }

  /** The string that a JSON string token stands for. */
  private static @Nullable String string(@Nullable String token) {
    if (token == null) {
      return null;
    }
    byte[] b = token.getBytes(StandardCharsets.UTF_8);
    return Json.string(b, 0, b.length);
  }

  private static String must(StagedRow row, int column, String name) {
    String text = row.text(column);
    if (text == null) {
      throw new IllegalArgumentException("has no " + name);
    }
    return text;
  }
}
