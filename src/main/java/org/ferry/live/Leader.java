package org.ferry.live;

import java.util.Optional;

/** Lets one daemon among several on the same database follow conversations. */
public interface Leader {
  /** The time during which this process is the one. */
  interface Term extends AutoCloseable {
    /** Its number; larger than that of every earlier term. */
    long epoch();

    /** False once another process may lead. */
    boolean stands();

    /** Ends it; the next one to ask leads. */
    @Override
    void close();
  }

  /** A term that begins now; empty where another process leads. */
  Optional<Term> take();
}
