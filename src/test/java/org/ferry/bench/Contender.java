package org.ferry.bench;

import java.io.IOException;
import java.util.List;
import org.ferry.lab.LabClient;

/** A program that posts what is said in rooms, as a process of its own. */
interface Contender extends AutoCloseable {
  /** Its name in the table, and at the end of the paths that it posts to. */
  String name();

  /** The user that is invited. */
  String bot();

  /** Starts it and waits until it says that it is at work. */
  void start() throws IOException;

  /** Kills it at once (SIGKILL). */
  void kill();

  /**
   * Has it post what is said in a room to the receiver. Its bot is there.
   *
   * @param owner may do anything in the room
   */
  void hook(LabClient owner, String room);

  /**
   * Has it post what is said in a room to addresses that an operator would not mean.
   *
   * @param urls by the order of the table
   */
  void aim(LabClient owner, String room, List<String> urls);

  /**
   * Checks a post as its documentation tells receivers to.
   *
   * @param seconds the receiver's time, since 1970
   */
  boolean isGenuine(Postbox.Post post, long seconds);

  /** Its resident memory, in MiB. */
  long resident();

  @Override
  void close();
}
