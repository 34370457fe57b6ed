package org.ferry.migrate.rewrite;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ferry.id.EventId;
import org.ferry.id.MxcUri;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;

/** Look-ups from maps; notes which files were asked for. */
final class Known implements Lookups {
  static final RoomId ROOM = new RoomId("!room:old.org");
  static final RoomId OTHER = new RoomId("!other:old.org");

  final Map<UserId, UserId> users = new HashMap<>();
  final Map<RoomId, RoomFate> rooms = new HashMap<>();
  final Map<EventId, LinkFate> events = new HashMap<>();
  final Map<MxcUri, FileFate> files = new HashMap<>();
  final Map<RoomAlias, RoomAlias> aliases = new HashMap<>();
  final List<MxcUri> asked = new ArrayList<>();

  /** A small world: two people, rooms, events of every fate and files. */
  static Known world() {
    Known k = new Known();
    k.user("@alice:old.org", "@old_alice:new.org");
    k.user("@bob:old.org", "@bob:new.org");
    k.rooms.put(ROOM, new RoomFate.Carried(new RoomId("!new:new.org")));
    k.rooms.put(OTHER, new RoomFate.Carried(new RoomId("!v12hash")));
    k.rooms.put(new RoomId("!later:old.org"), new RoomFate.Pending());
    k.rooms.put(new RoomId("!left:old.org"), new RoomFate.Left("skipped"));
    k.event("$there", Substance.WHOLE);
    k.event("$v3/with+slash", Substance.WHOLE);
    k.event("$pruned", Substance.PRUNED);
    k.event("$stub", Substance.STUB);
    k.event("$takenback", Substance.TAKEN_BACK);
    k.events.put(
        new EventId("$elsewhere"),
        new LinkFate.Carried(OTHER, new EventId("$new_elsewhere"), Substance.WHOLE));
    k.events.put(new EventId("$redacted"), new LinkFate.Left(ROOM, "redacted"));
    k.events.put(new EventId("$encrypted"), new LinkFate.Left(ROOM, "encrypted"));
    k.events.put(new EventId("$failed"), new LinkFate.Failed(ROOM));
    k.events.put(new EventId("$pending"), new LinkFate.Pending(ROOM));
    k.events.put(new EventId("$pendingother"), new LinkFate.Pending(OTHER));
    k.file("mxc://old.org/pic", "mxc://new.org/PIC");
    k.file("mxc://old.org/thumb", "mxc://new.org/THUMB");
    k.files.put(new MxcUri("old.org", "gone"), new FileFate.Missing("gone: give --media"));
    k.aliases.put(new RoomAlias("#hall:old.org"), new RoomAlias("#hall:new.org"));
    k.aliases.put(new RoomAlias("#it's:old.org"), new RoomAlias("#it's:new.org"));
    return k;
  }

  private void user(String old, String target) {
    users.put(new UserId(old), new UserId(target));
  }

  private void event(String id, Substance substance) {
    events.put(
        new EventId(id),
        new LinkFate.Carried(ROOM, new EventId("$new_" + id.substring(1)), substance));
  }

  private void file(String old, String target) {
    files.put(
        MxcUri.parse(old).orElseThrow(), new FileFate.Carried(MxcUri.parse(target).orElseThrow()));
  }

  @Override
  public Optional<UserId> user(UserId old) {
    return Optional.ofNullable(users.get(old));
  }

  @Override
  public RoomFate room(RoomId old) {
    return rooms.getOrDefault(old, new RoomFate.Elsewhere());
  }

  @Override
  public LinkFate event(EventId old) {
    return events.getOrDefault(old, new LinkFate.Unknown());
  }

  @Override
  public FileFate media(MxcUri old) {
    asked.add(old);
    return files.getOrDefault(old, new FileFate.Elsewhere());
  }

  @Override
  public Optional<RoomAlias> alias(RoomAlias old) {
    return Optional.ofNullable(aliases.get(old));
  }
}
