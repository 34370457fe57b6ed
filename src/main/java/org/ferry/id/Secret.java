package org.ferry.id;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * A token, password or key. It prints as {@code [REDACTED]}; every place that opens one calls
 * {@link #reveal()}.
 */
public final class Secret {
  private final String value;

  private Secret(String value) {
    this.value = value;
  }

  /**
   * Wraps a secret.
   *
   * @param value the clear text, not empty
   * @return the secret
   */
  public static Secret of(String value) {
    if (value.isEmpty()) {
      throw new IllegalArgumentException("a secret may not be empty");
    }
    return new Secret(value);
  }

  /** The clear text; for the wire only, never for a log, a message or an argument. */
  public String reveal() {
    return value;
  }

  /**
   * Compares in constant time.
   *
   * @param candidate what somebody sent
   * @return true where it is this secret
   */
  public boolean matches(String candidate) {
    return MessageDigest.isEqual(
        value.getBytes(StandardCharsets.UTF_8), candidate.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret s && matches(s.value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public String toString() {
    return "[REDACTED]";
  }
}
