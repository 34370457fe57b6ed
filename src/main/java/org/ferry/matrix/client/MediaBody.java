package org.ferry.matrix.client;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * A file to upload. Its bytes are opened once for each attempt and streamed; they are never held as
 * a whole.
 *
 * @param length the exact number of bytes
 * @param contentType the MIME type, or null
 * @param fileName the name, or null
 * @param bytes opens the content; called again for a repeat
 */
public record MediaBody(
    long length, @Nullable String contentType, @Nullable String fileName, StreamSupplier bytes) {

  /** Opens a stream, as often as it is asked. */
  @FunctionalInterface
  public interface StreamSupplier {
    /**
     * Opens the content from its beginning.
     *
     * @return a stream that the caller closes
     * @throws IOException where it cannot be opened
     */
    InputStream open() throws IOException;
  }
}
