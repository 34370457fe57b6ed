package org.ferry.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.Consumer;
import org.ferry.store.Saving;

/** The ledger on its way into a file and back. For one thread. */
public final class Safekeeping implements AutoCloseable {
  private final Saving saving;

  Safekeeping(Saving saving) {
    this.saving = saving;
  }

  /**
   * Saves everything as it stands at one moment.
   *
   * @param to where it goes; not closed
   * @param version of the program, for people
   * @param told the name of each table before it is saved
   * @return how many rows
   * @throws IOException where it cannot be written
   */
  public long save(OutputStream to, String version, Consumer<String> told) throws IOException {
    return saving.save(to, version, told);
  }

  /** True where nothing was loaded or received yet. */
  public boolean isEmpty() {
    return saving.isEmpty();
  }

  /**
   * Brings everything back, whole or not at all; what was there is gone afterwards.
   *
   * @param from the backup; not closed
   * @param told the name of each table before it is filled
   * @return how many rows
   */
  public long restore(InputStream from, Consumer<String> told) {
    return saving.restore(from, told);
  }

  @Override
  public void close() {
    saving.close();
  }
}
