package org.ferry.live.sending;

import org.ferry.matrix.client.MatrixException;

/**
 * Sends events live. Whoever asks may ask in any process; the one that leads sends. Safe for use by
 * many threads; blocks, and is meant for virtual threads.
 */
public interface Sending {
  /**
   * Sends an event, once for each key. What was accepted here is sent even where the caller, or the
   * process, ends before the answer.
   *
   * @param out what is to be sent
   * @return the event
   * @throws MatrixException where it is refused for good; the same key may be tried again
   * @throws NotYet where it is accepted and could not be sent so far; it will be, and the same key
   *     tells what became of it
   * @throws IllegalArgumentException where it is a redaction that names no event
   * @throws KeyReused where the key belongs to another message
   */
  Sent send(Outgoing out);
}
