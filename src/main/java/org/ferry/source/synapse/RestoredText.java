package org.ferry.source.synapse;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.ferry.source.SourceException;
import org.jspecify.annotations.Nullable;

/**
 * An archive of pg_dump as text, while pg_restore turns it into that: nothing is written to the
 * disk. The end of the text is reached only where the program ended well.
 */
final class RestoredText extends FilterInputStream {
  private static final int SAID = 1 << 13;

  private final PgRestore program;
  private final String label;
  private final String format;
  private final Optional<String> maker;
  private final Process process;
  private final Thread feeding;
  private final Thread listening;
  private volatile String said = "";
  private volatile @Nullable Exception sourceFailure;

  private RestoredText(
      PgRestore program,
      String label,
      String format,
      Optional<String> maker,
      Process process,
      @Nullable InputStream archive) {
    super(process.getInputStream());
    this.program = program;
    this.label = label;
    this.format = format;
    this.maker = maker;
    this.process = process;
    feeding = Thread.ofVirtual().unstarted(() -> feed(archive));
    listening = Thread.ofVirtual().unstarted(this::listen);
  }

  /**
   * Starts the program.
   *
   * @param path where to look for it
   * @param label what to call the archive in messages
   * @param format its format, in words
   * @param maker the version of the pg_dump that wrote it
   * @param archive its bytes; null where it is a folder
   * @param folder the folder; null where it is bytes
   */
  static InputStream start(
      String path,
      String label,
      String format,
      Optional<String> maker,
      @Nullable InputStream archive,
      @Nullable Path folder)
      throws IOException {
    PgRestore program =
        PgRestore.newest(path).orElseThrow(() -> PgRestore.missing(label, format, maker));
    ProcessBuilder builder = new ProcessBuilder(program.command(folder));
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    builder.environment().put("LC_ALL", "C");
    RestoredText text = new RestoredText(program, label, format, maker, builder.start(), archive);
    text.feeding.start();
    text.listening.start();
    return text;
  }

  private void feed(@Nullable InputStream archive) {
    try (OutputStream to = process.getOutputStream()) {
      byte[] block = new byte[1 << 16];
      int n = archive == null ? -1 : read(archive, block);
      while (n >= 0) {
        to.write(block, 0, n);
        n = archive == null ? -1 : read(archive, block);
      }
    } catch (IOException e) {
      // The program ended first; how it ended says why.
      return;
    }
  }

  /** Reads the archive; an error of it is kept apart from one of the program. */
  private int read(InputStream archive, byte[] block) {
    try {
      return archive.read(block);
    } catch (IOException | SourceException e) {
      sourceFailure = e;
      return -1;
    }
  }

  private void listen() {
    try (InputStream err = process.getErrorStream()) {
      said = new String(err.readNBytes(SAID), StandardCharsets.UTF_8);
      long unused = err.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      return; // the program was ended
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] b, int off, int len) throws IOException {
    int n = in.read(b, off, len);
    if (n < 0) {
      end();
    }
    return n;
  }

  private void end() throws IOException {
    try {
      int status = process.waitFor();
      feeding.join();
      listening.join();
      Exception failure = sourceFailure;
      if (failure instanceof IOException e) {
        throw e;
      }
      if (failure instanceof SourceException e) {
        throw e;
      }
      if (status != 0) {
        throw program.failure(label, format, maker, said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while pg_restore was at work", e);
    }
  }

  @Override
  public void close() throws IOException {
    Process unused = process.destroyForcibly();
    super.close();
    try {
      feeding.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
