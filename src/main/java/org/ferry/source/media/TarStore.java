package org.ferry.source.media;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.ferry.source.MediaStore;
import org.ferry.source.Problem;
import org.ferry.source.ProblemLog;
import org.ferry.source.SourceException;
import org.ferry.source.packed.Compression;
import org.jspecify.annotations.Nullable;

/**
 * A media store in a tar. Of a plain one the places of the files are noted and read where they lie;
 * the files of a compressed one are put one behind the other into one scratch file of Ferry's own.
 * No path of the archive is ever used as a path.
 */
final class TarStore implements MediaStore {
  private final Path given;
  private final Path data;
  private final boolean scratch;
  private final OffsetTable files = new OffsetTable();
  private final ProblemLog problems = new ProblemLog();

  private TarStore(Path given, Path data, boolean scratch) {
    this.given = given;
    this.data = data;
    this.scratch = scratch;
  }

  /** Opens a plain tar. */
  static TarStore inPlace(Path tar) throws IOException {
    TarStore store = new TarStore(tar, tar, false);
    try (InputStream in = new FileInputStream(tar.toFile())) {
      store.index(new TarReader(in), null);
    }
    return store;
  }

  /** Opens a compressed tar. */
  static TarStore spooled(Path tar, Compression compression, Path scratch) throws IOException {
    Path spool = Spool.create(scratch);
    TarStore store = new TarStore(tar, spool, true);
    try (CountingStream packed = new CountingStream(new FileInputStream(tar.toFile()));
        InputStream plain = compression.open(packed, () -> packed.count, tar.toString());
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(spool), 1 << 16)) {
      store.index(new TarReader(plain), out);
      return store;
    } catch (IOException | RuntimeException e) {
      store.close();
      throw e;
    }
  }

  /** Notes every file, and copies it to {@code spool} where there is one. */
  private void index(TarReader tar, @Nullable OutputStream spool) throws IOException {
    long written = 0;
    for (TarReader.Entry e = tar.next(); e != null; e = tar.next()) {
      Optional<String> path = wanted(e);
      if (path.isPresent()) {
        if (spool == null) {
          files.put(path.get(), e.offset(), e.length());
        } else {
          copy(tar.bytes(), spool, e.length());
          tar.taken(e.length());
          files.put(path.get(), written, e.length());
          written += e.length();
        }
      }
    }
    if (files.size() == 0) {
      throw new SourceException(
          given
              + " holds no media store: there is no file below a local_content or remote_content."
              + " Make a tar of the folder that Synapse's media_store_path names.");
    }
  }

  private Optional<String> wanted(TarReader.Entry e) {
    if (e.kind() == TarReader.Kind.FOLDER) {
      return Optional.empty();
    }
    String name = e.name().startsWith("./") ? e.name().substring(2) : e.name();
    if (!MediaPath.isSafe(name)) {
      report(name, "has a name that leads out of the media store");
      return Optional.empty();
    }
    if (e.kind() == TarReader.Kind.OTHER) {
      report(name, "is a link, device or other thing without bytes of its own");
      return Optional.empty();
    }
    return MediaPath.within(name);
  }

  private void report(String name, String what) {
    String shown = name.substring(0, Math.min(200, name.length()));
    problems.add("media store", new Problem(given + ", " + shown, what, "it was ignored"));
  }

  private static void copy(InputStream in, OutputStream out, long length) throws IOException {
    byte[] buffer = new byte[1 << 16];
    long left = length;
    while (left > 0) {
      int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (n < 0) {
        throw new EOFException("Unexpected end of the tar");
      }
      out.write(buffer, 0, n);
      left -= n;
    }
  }

  @Override
  public Optional<Blob> find(String path) {
    long[] place = files.find(path);
    return place.length == 0
        ? Optional.empty()
        : Optional.of(new RangeBlob(data, place[0], place[1]));
  }

  @Override
  public String label() {
    return given.toString();
  }

  @Override
  public List<Problem> problems() {
    return problems.list();
  }

  @Override
  public void close() {
    if (scratch) {
      Spool.delete(data);
    }
  }

  /** A file's bytes; every reader has its own handle, so that threads do not disturb each other. */
  private record RangeBlob(Path data, long offset, long length) implements Blob {
    @Override
    public InputStream open() throws IOException {
      FileInputStream in = new FileInputStream(data.toFile());
      try {
        in.skipNBytes(offset);
        return new BufferedInputStream(new LimitedStream(in, length));
      } catch (IOException e) {
        in.close();
        throw e;
      }
    }
  }

  private static final class LimitedStream extends FilterInputStream {
    private long left;

    LimitedStream(InputStream in, long length) {
      super(in);
      left = length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
      if (left == 0) {
        return -1;
      }
      int n = in.read(b, off, (int) Math.min(len, left));
      if (n < 0) {
        throw new EOFException("the media store became shorter while it was read");
      }
      left -= n;
      return n;
    }

    @Override
    public long skip(long n) throws IOException {
      long skipped = in.skip(Math.min(n, left));
      left -= skipped;
      return skipped;
    }

    @Override
    public int available() {
      return (int) Math.min(left, 1 << 16);
    }
  }

  private static final class CountingStream extends FilterInputStream {
    private long count;

    CountingStream(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int b = in.read();
      count += b < 0 ? 0 : 1;
      return b;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
      int n = in.read(b, off, len);
      count += Math.max(n, 0);
      return n;
    }
  }
}
