package org.ferry.store.crypto;

import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.ferry.crypto.MessageUse;
import org.ferry.crypto.SessionRef;
import org.ferry.id.RoomId;
import org.ferry.store.Database;

/** Which event used a message index first. One statement decides, however many ask at a time. */
final class IndexRows {
  /** The update changes nothing; it makes a row that is there come back. */
  private static final String USE =
      """
      insert into ferry.megolm_use (room_id, session_id, message_index, event_id, timestamp)
      select * from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::bigint[])
        as u (room_id, session_id, message_index, event_id, timestamp)
      order by room_id, session_id, message_index
      on conflict (room_id, session_id, message_index) do update set timestamp = megolm_use.timestamp
      returning room_id, session_id, message_index, event_id, timestamp
      """;

  private IndexRows() {}

  private record Place(SessionRef ref, long index) {}

  static List<MessageUse> use(Database database, List<MessageUse> uses) {
    if (uses.isEmpty()) {
      return List.of();
    }
    Map<Place, MessageUse> first = new HashMap<>();
    for (Row row : database.run(USE, columns(uses))) {
      SessionRef ref = new SessionRef(new RoomId(row.getString(0)), row.getString(1));
      MessageUse use = new MessageUse(ref, row.getLong(2), row.getString(3), row.getLong(4));
      first.put(new Place(ref, use.index()), use);
    }
    List<MessageUse> answers = new ArrayList<>(uses.size());
    uses.forEach(u -> answers.add(first.getOrDefault(new Place(u.ref(), u.index()), u)));
    return answers;
  }

  private static Object[] columns(List<MessageUse> uses) {
    return new Object[] {
      uses.stream().map(u -> u.ref().room().value()).toArray(String[]::new),
      uses.stream().map(u -> u.ref().session()).toArray(String[]::new),
      uses.stream().map(MessageUse::index).toArray(Long[]::new),
      uses.stream().map(MessageUse::event).toArray(String[]::new),
      uses.stream().map(MessageUse::timestamp).toArray(Long[]::new)
    };
  }
}
