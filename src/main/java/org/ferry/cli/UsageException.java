package org.ferry.cli;

/** A command line that cannot be meant, or a question that nobody could answer. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
