package org.ferry.live.provision;

import io.vertx.core.buffer.Buffer;
import org.ferry.id.MxcUri;
import org.jspecify.annotations.Nullable;

/**
 * A file of a message.
 *
 * @param content where it is, or what is in it
 * @param mimetype such as {@code image/png}
 * @param filename its name
 * @param shape how large it looks or how long it lasts
 */
public record Attachment(Content content, String mimetype, String filename, Shape shape) {
  /** Where a file is, or what is in it. */
  public sealed interface Content {}

  /**
   * It was uploaded.
   *
   * @param url its address
   * @param size in bytes; null where not known
   */
  public record Uploaded(MxcUri url, @Nullable Long size) implements Content {}

  /**
   * It is to be uploaded.
   *
   * @param bytes all of it; changed by nobody
   */
  public record Given(Buffer bytes) implements Content {}

  /**
   * What clients make room for; null where not known.
   *
   * @param width in pixels
   * @param height in pixels
   * @param milliseconds how long it lasts
   */
  public record Shape(
      @Nullable Integer width, @Nullable Integer height, @Nullable Integer milliseconds) {}
}
