package org.ferry.webhook;

import java.time.Duration;

/**
 * What came of one attempt.
 *
 * @param status of HTTP; 0 where there was no answer
 * @param words why it failed, for a person; nothing of what the receiver said, which may be the
 *     message
 * @param said what the receiver said, cut short and without line breaks; never stored or logged
 * @param hold the pause that the receiver asked for, bounded; zero for none
 * @param took how long it took
 */
public record Answer(int status, String words, String said, Duration hold, Duration took) {
  /** The receiver wants nothing any more. */
  static final int GONE = 410;

  /** Whether the receiver has it. */
  public boolean taken() {
    return status >= 200 && status < 300;
  }

  /** Whether the receiver says that nobody is there any more. */
  public boolean gone() {
    return status == GONE;
  }
}
