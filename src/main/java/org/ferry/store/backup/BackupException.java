package org.ferry.store.backup;

/** A backup that cannot be restored; the message says why and that nothing was changed. */
public final class BackupException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * With a sentence for a person.
   *
   * @param message what is wrong with it and what to do
   */
  public BackupException(String message) {
    super(message);
  }

  BackupException(String message, Throwable cause) {
    super(message, cause);
  }
}
