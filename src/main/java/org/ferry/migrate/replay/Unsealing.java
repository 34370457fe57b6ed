package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.EventFate;
import org.ferry.migrate.rewrite.Opener;
import org.ferry.migrate.rewrite.Placeholder;
import org.ferry.migrate.rewrite.RoomContext;

/**
 * Makes room for messages whose keys have come: takes their placeholders back and lets the messages
 * wait again, so that the replay carries them. A run that dies in between takes back once more what
 * is gone already, which changes nothing.
 */
final class Unsealing {
  private final Voyage voyage;
  private final Cast cast;
  private final Opener opener;
  private final Readers readers;

  Unsealing(Voyage voyage, Cast cast) {
    this.voyage = voyage;
    this.cast = cast;
    this.opener = voyage.decryption().looking();
    this.readers = new Readers(voyage);
  }

  /**
   * Opens what can be opened by now.
   *
   * @return how many events of the room wait again
   */
  long run(CarriedRoom room, RoomContext context) {
    RoomId target = room.target();
    if (!context.opens() || target == null) {
      return 0;
    }
    long reopened = 0;
    for (EventFate fate : voyage.ledger().placeholders(voyage.id(), room.old())) {
      if (fate.event().redactedBy() == null
          && opener.open(fate.event()) instanceof Opener.Opened.Clear
          && isGone(fate, room, target)) {
        voyage.ledger().reopen(voyage.id(), fate);
        reopened++;
      }
    }
    long left =
        voyage.ledger().retrySkipped(voyage.id(), List.of(room.old()), Placeholder.LEFT_OUT);
    long hanging =
        voyage
            .ledger()
            .retrySkipped(voyage.id(), List.of(room.old()), "relation: " + Placeholder.LEFT_OUT);
    // What stayed behind while the room was carried without what is encrypted in it.
    long before = voyage.ledger().retrySkipped(voyage.id(), List.of(room.old()), "encrypted");
    return reopened + left + hanging + before;
  }

  /** Takes a placeholder back, and reads that it is gone. */
  private boolean isGone(EventFate fate, CarriedRoom room, RoomId target) {
    EventId placeholder = fate.target();
    if (placeholder == null) {
      return false;
    }
    Intent reader = readers.of(room, target);
    UserId sender = cast.target(fate.event().sender()).orElse(reader.user());
    int generation = voyage.ledger().undo().generation(voyage.id(), room.old());
    String txn = Txn.of(generation, "unsealed", placeholder.value(), target.value());
    String reason = Placeholder.takenBack(voyage.options().language());
    try {
      EventId unused = cast.fromDevice(sender, i -> i.redact(target, placeholder, txn, reason));
    } catch (MatrixException e) {
      if (!e.isForbidden()) {
        throw e;
      }
      EventId unused =
          cast.fromDevice(reader.user(), i -> i.redact(target, placeholder, txn, reason));
    }
    Optional<ObjectNode> after = reader.event(target, placeholder);
    return after.filter(e -> !Placeholder.is(e.path("content"))).isPresent();
  }
}
