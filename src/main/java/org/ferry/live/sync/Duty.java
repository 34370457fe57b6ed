package org.ferry.live.sync;

import java.util.Optional;
import org.ferry.crypto.DeviceRef;
import org.ferry.id.UserId;
import org.ferry.live.Signal;
import org.ferry.live.events.Echoes;
import org.ferry.matrix.client.Intent;

/** What the process that leads does besides following; ends when its thread is interrupted. */
public interface Duty {
  /** What it is called in thread names. */
  String name();

  /**
   * Does it for as long as this process leads.
   *
   * @param lead the term that it is done in
   */
  void run(Lead lead) throws InterruptedException;

  /** A term of leading. */
  interface Lead {
    /** Its number; what is written names it. */
    long epoch();

    /** Woken whenever live events were released; for one thread. */
    Signal released();

    /** Rooms whose state Ferry's own carrying changes, which is not told. */
    Echoes echoes();

    /** Rooms that lack a key; one duty answers. */
    Keyless keyless();

    /** The machine of a followed user's device; empty while it is not open, or another one is. */
    Optional<Machine> machine(DeviceRef device);

    /**
     * A followed user as it was made ready last, with the token that belongs to the device; empty
     * before the first time.
     */
    Optional<Intent> acting(UserId user);
  }
}
