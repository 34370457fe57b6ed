package org.ferry.source;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/** The bytes of a source's files: a folder, or a tar whose entries are read without unpacking. */
public interface MediaStore extends AutoCloseable {
  /**
   * Finds a file.
   *
   * @param path a place relative to the media store, as in {@code MediaFile.path}
   * @return the file, or empty where the store does not hold it
   * @throws IOException where the store cannot be read
   */
  Optional<Blob> find(String path) throws IOException;

  /** What to call the store in messages: the path it was given as. */
  String label();

  /** What was found in the store and left alone, such as links; none by default. */
  default List<Problem> problems() {
    return List.of();
  }

  @Override
  void close();

  /** A file's bytes, readable any number of times, also by several threads. */
  interface Blob {
    /** Bytes. */
    long length();

    /**
     * Opens the file for reading from its start.
     *
     * @return a stream that the caller closes
     * @throws IOException where the store cannot be read
     */
    InputStream open() throws IOException;
  }
}
