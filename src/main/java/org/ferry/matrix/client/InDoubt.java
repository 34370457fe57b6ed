package org.ferry.matrix.client;

/**
 * The answer to a request that makes something new on each repeat (a room, an upload without a
 * reserved address) was lost: the thing may exist or not. Look before sending it again.
 */
public final class InDoubt extends HomeserverFailure {
  private static final long serialVersionUID = 1L;

  InDoubt(String reason) {
    super(reason);
  }

  @Override
  public boolean mayResolve() {
    return true;
  }
}
