package org.ferry.live;

import java.util.List;
import java.util.function.Consumer;
import org.ferry.id.RoomId;

/**
 * Who types where, told to every process that listens, and kept nowhere. Safe for use by many
 * threads.
 */
public interface Typing {
  /**
   * Who types in a room now.
   *
   * @param room which
   * @param users their ids as the homeserver wrote them; empty where nobody types any more
   */
  record Typed(RoomId room, List<String> users) {
    /** Copies the list. */
    public Typed {
      users = List.copyOf(users);
    }
  }

  /** Tells everybody soon, and returns at once; whether anybody hears it is not known. */
  void tell(Typed typed);

  /** Hears what is told from now on, until this is closed; what hears it must be quick. */
  void listen(Consumer<Typed> told);

  /** For a Ferry in which nobody listens. */
  static Typing none() {
    return new Typing() {
      @Override
      public void tell(Typed typed) {}

      @Override
      public void listen(Consumer<Typed> told) {}
    };
  }
}
