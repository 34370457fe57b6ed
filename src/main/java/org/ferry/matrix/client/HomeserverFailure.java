package org.ferry.matrix.client;

/**
 * What a request to a homeserver can end in besides its answer: a refusal ({@link
 * MatrixException}), no answer although it is certain that nothing came of it or that a repeat does
 * no harm ({@link Unreachable}), or no answer to something that may not be repeated blindly ({@link
 * InDoubt}).
 */
public abstract sealed class HomeserverFailure extends RuntimeException
    permits MatrixException, Unreachable, InDoubt {
  private static final long serialVersionUID = 1L;

  HomeserverFailure(String message) {
    super(message);
  }

  /** True where the same request may succeed later without anybody changing anything. */
  public abstract boolean mayResolve();
}
