package org.ferry.cli;

import java.io.IOException;

/** Standard output took no more before all of the result was written. */
final class OutputLost extends RuntimeException {
  private static final long serialVersionUID = 1L;

  OutputLost(IOException why) {
    super(
        "standard output takes no more (%s): what was written is not whole."
            .formatted(Output.words(why)),
        why);
  }
}
