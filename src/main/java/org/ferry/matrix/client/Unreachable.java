package org.ferry.matrix.client;

/**
 * The homeserver gave no usable answer for as long as the {@link Patience} lasted. Repeating the
 * same request later, with the same transaction id, does no harm.
 */
public final class Unreachable extends HomeserverFailure {
  private static final long serialVersionUID = 1L;

  private final String address;
  private final String reason;

  Unreachable(String address, String reason) {
    super(reason);
    this.address = address;
    this.reason = reason;
  }

  /** The homeserver's address as configured. */
  public String address() {
    return address;
  }

  /** One sentence: what happened, where, and what to look at. */
  public String reason() {
    return reason;
  }

  @Override
  public boolean mayResolve() {
    return true;
  }
}
