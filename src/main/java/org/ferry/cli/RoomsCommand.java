package org.ferry.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ferry.app.Conversations;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    description = {
      "List the rooms that Ferry follows: id, network, encryption, keys, last event, name.",
      "Works while run is at work, which is what follows them."
    },
    footer = {"  ferry rooms", "  ferry rooms --network instagram --json"})
final class RoomsCommand extends FerryCommand {
  @Option(
      names = "--network",
      paramLabel = "NAME",
      description = "Only rooms of this network, such as instagram.")
  @Nullable String network;

  @Option(names = "--json", description = "As JSON on standard output.")
  boolean json;

  RoomsCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    try (Work work = new Work(session())) {
      List<Conversations.Room> rooms =
          new Conversations(work.ferry())
              .rooms().stream()
                  .filter(r -> network == null || network.equals(r.network()))
                  .toList();
      if (json) {
        session().json(Map.of("rooms", rooms.stream().map(RoomsCommand::document).toList()));
      } else if (rooms.isEmpty()) {
        session().say(network == null ? "No room is followed yet." : "No room of that network.");
      } else {
        rooms.forEach(this::show);
      }
    }
    return ExitStatus.DONE;
  }

  private static Map<String, @Nullable Object> document(Conversations.Room room) {
    Map<String, @Nullable Object> document = new LinkedHashMap<>();
    document.put("id", room.id());
    document.put("name", room.name());
    document.put("network", room.network());
    document.put("encrypted", room.encrypted());
    document.put("keys", room.keys());
    document.put("last_event", room.lastEvent());
    document.put("last_at", room.lastAt() == null ? null : room.lastAt().toString());
    document.put("followed_by", room.followedBy());
    return document;
  }

  private void show(Conversations.Room room) {
    session()
        .say(
            "%s  %s%s, %s%s"
                .formatted(
                    room.id(),
                    room.network(),
                    encryption(room),
                    room.lastAt() == null ? "nothing told yet" : "last " + room.lastAt(),
                    room.name() == null ? "" : "  " + Shown.inLine(room.name())));
  }

  /** Of a room that was never read nothing says that it is not encrypted. */
  private static String encryption(Conversations.Room room) {
    if (room.encrypted()) {
      return ", encrypted, keys of %,d session%s"
          .formatted(room.keys(), room.keys() == 1 ? "" : "s");
    }
    return room.lastAt() == null ? "" : ", not encrypted";
  }
}
