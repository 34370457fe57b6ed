package org.ferry.migrate.replay;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.HomeserverFailure;
import org.ferry.matrix.client.InDoubt;
import org.ferry.matrix.client.MatrixException;

/**
 * Makes a room although answers are lost and servers fail after they have done what was asked: it
 * is looked for before it is asked for again, because each repeat would make another one.
 */
final class Making {
  private static final int TRIES = 4;

  /** A server that is slow to answer may be about to finish. */
  private static final List<Duration> LOOKS =
      List.of(Duration.ZERO, Duration.ofSeconds(1), Duration.ofSeconds(3));

  private Making() {}

  /**
   * Makes a room.
   *
   * @param create asks for it, once
   * @param find looks whether it is there
   * @return the room, made now or by an attempt whose answer was lost
   * @throws HomeserverFailure where the server refuses, or fails each time
   */
  static RoomId room(Supplier<RoomId> create, Supplier<Optional<RoomId>> find) {
    for (int left = TRIES - 1; ; left--) {
      HomeserverFailure failure;
      try {
        return create.get();
      } catch (InDoubt e) {
        failure = e;
      } catch (MatrixException e) {
        if (e.status() < 500) {
          throw e;
        }
        failure = e;
      }
      Optional<RoomId> found = look(find, failure);
      if (found.isPresent()) {
        return found.get();
      }
      if (left == 0) {
        throw failure;
      }
    }
  }

  private static Optional<RoomId> look(Supplier<Optional<RoomId>> find, HomeserverFailure failure) {
    for (Duration pause : LOOKS) {
      try {
        Thread.sleep(pause);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw failure;
      }
      Optional<RoomId> found = find.get();
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }
}
