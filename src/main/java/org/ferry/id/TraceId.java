package org.ferry.id;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names what came in together, or one request, in everything that is made of it: logs, rows,
 * answers and posts. In the form of the W3C's Trace Context.
 *
 * @param value 32 lower-case hexadecimal digits, not all of them 0
 */
public record TraceId(String value) {
  private static final Pattern FORM = Pattern.compile("[0-9a-f]{32}");
  private static final Pattern PARENT =
      Pattern.compile("00-([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");
  private static final String NOTHING = "0".repeat(32);

  /** The name of the field in logs. */
  public static final String FIELD = "trace";

  /** Checks the form. */
  public TraceId {
    if (!FORM.matcher(value).matches() || value.equals(NOTHING)) {
      throw new IllegalArgumentException("no trace id");
    }
  }

  /** A new one, which nobody can guess. */
  public static TraceId fresh() {
    return of(UUID.randomUUID());
  }

  /** The same as a UUID, in which form databases keep it. */
  public static TraceId of(UUID id) {
    return new TraceId(id.toString().replace("-", ""));
  }

  /** That of a header {@code traceparent}; empty where it is none. */
  public static Optional<TraceId> ofParent(String header) {
    Matcher parent = PARENT.matcher(header);
    return parent.matches() && !parent.group(1).equals(NOTHING)
        ? Optional.of(new TraceId(parent.group(1)))
        : Optional.empty();
  }

  /** A header {@code traceparent} for one request that belongs to it. */
  public String parent() {
    // The second half of a random UUID is never 0: it says which kind it is.
    return "00-%s-%016x-01".formatted(value, UUID.randomUUID().getLeastSignificantBits());
  }

  /** The same as a UUID. */
  public UUID uuid() {
    return new UUID(
        Long.parseUnsignedLong(value, 0, 16, 16), Long.parseUnsignedLong(value, 16, 32, 16));
  }

  @Override
  public String toString() {
    return value;
  }
}
