package org.ferry.migrate.rewrite;

import java.util.Locale;
import org.ferry.model.Event;

/**
 * Opens encrypted events of the source. The same event with the same keys gives the same answer.
 * Never throws for what an event holds: whatever is wrong with it is an answer.
 */
@FunctionalInterface
public interface Opener {
  /** Opens nothing, for want of keys. */
  Opener WITHOUT_KEYS = event -> new Opened.Sealed(Reason.NO_KEY);

  /**
   * Opens an event.
   *
   * @param event an {@code m.room.encrypted} that is no state
   * @return what was in it, or why that stays unknown
   */
  Opened open(Event event);

  /** What became of the attempt. */
  sealed interface Opened {
    /**
     * It is open.
     *
     * @param event the event as it would be had it never been encrypted
     * @param othersKey true where the key is known to be another person's than the event's sender
     */
    record Clear(Event event, boolean othersKey) implements Opened {}

    /**
     * It stays closed.
     *
     * @param reason why
     */
    record Sealed(Reason reason) implements Opened {}
  }

  /** Why an event stays closed. */
  enum Reason {
    /** Nobody gave the key of its session. */
    NO_KEY("there is no key for it"),
    /** The key that is there opens later messages of its session only. */
    KEY_BEGINS_LATER("the key that is there opens later messages only"),
    /** Of a kind of encryption that Ferry does not know. */
    UNKNOWN_ALGORITHM("it is encrypted in a way that Ferry does not know"),
    /** Neither changed nor forged messages open. */
    DAMAGED("it is damaged or forged"),
    /** What is in it was said in another room. */
    OTHER_ROOM("it was made for another room"),
    /** The same ciphertext was another event's first. */
    REPEATED("it repeats the ciphertext of another event"),
    /** What is in it is no message that may be said encrypted. */
    NO_MESSAGE("what is in it is no message");

    private final String words;

    Reason(String words) {
      this.words = words;
    }

    /** In a few words of English. */
    public String words() {
      return words;
    }

    /** As it is written into placeholders. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** True where another key could open it. */
    public boolean mayResolve() {
      return this == NO_KEY || this == KEY_BEGINS_LATER;
    }
  }
}
