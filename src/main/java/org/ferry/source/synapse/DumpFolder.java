package org.ferry.source.synapse;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.ferry.source.SourceException;
import org.ferry.source.packed.Compression;

/** A folder as {@code pg_dump -Fd} makes it, read through pg_restore. */
final class DumpFolder {
  private static final String FORMAT = "directory format";

  private DumpFolder() {}

  /** Opens a folder; one that holds something else is refused with what it seems to be. */
  static DumpFile open(Path folder, LoadProgress progress, Surroundings around) throws IOException {
    Path toc = folder.resolve("toc.dat");
    if (!Files.isRegularFile(toc)) {
      throw new SourceException(folder + foreign(folder));
    }
    byte[] head;
    try (InputStream in = Files.newInputStream(toc)) {
      head = in.readNBytes(FileKind.HEAD);
    }
    if (FileKind.of(head) != FileKind.CUSTOM) {
      throw new SourceException(
          folder + " holds a toc.dat that is none of pg_dump's. Take the dump again.");
    }
    Inventory inventory = Inventory.of(folder, toc);
    Optional<String> maker = Archive.maker(head, 0);
    InputStream restored =
        RestoredText.start(around.path(), folder.toString(), FORMAT, maker, null, folder);
    InputStream text =
        Compression.guarded(new Told(restored, progress), inventory::bytes, folder.toString());
    Metered stamp = new Metered(inventory.stamp(), -1, LoadProgress.NONE);
    return DumpFile.ofText(folder.toString(), stamp, text, FORMAT);
  }

  private static String foreign(Path folder) {
    if (Files.exists(folder.resolve("homeserver.db"))) {
      return " is a folder. Give Ferry the database in it: " + folder.resolve("homeserver.db");
    }
    if (Files.isDirectory(folder.resolve("local_content"))
        || Files.isDirectory(folder.resolve("media_store"))) {
      return " is a folder with a media store. Give it with --media, and the dump as SOURCE.";
    }
    if (Files.exists(folder.resolve("PG_VERSION"))) {
      return " is the data folder of a PostgreSQL server. Start the server and take a pg_dump of"
          + " Synapse's database.";
    }
    return " is a folder without a toc.dat, so it is no dump in pg_dump's directory format."
        + " Give Ferry the dump file in it.";
  }

  /**
   * What the folder holds.
   *
   * @param bytes the size of all its files
   * @param listing their names and sizes, in the order of the names
   * @param toc the table of contents, which holds the second in which the dump was made
   */
  private record Inventory(long bytes, String listing, Path toc) {
    static Inventory of(Path folder, Path toc) throws IOException {
      List<Path> files;
      try (Stream<Path> all = Files.list(folder)) {
        files =
            all.filter(p -> Files.isRegularFile(p, LinkOption.NOFOLLOW_LINKS)).sorted().toList();
      }
      long bytes = 0;
      StringBuilder listing = new StringBuilder();
      for (Path file : files) {
        long size = Files.size(file);
        bytes += size;
        listing.append(file.getFileName()).append(' ').append(size).append('\n');
      }
      return new Inventory(bytes, listing.toString(), toc);
    }

    /** What stands for the folder in a fingerprint. */
    InputStream stamp() throws IOException {
      byte[] names = listing.getBytes(StandardCharsets.UTF_8);
      return new SequenceInputStream(Files.newInputStream(toc), new ByteArrayInputStream(names));
    }
  }

  /** Tells the progress by the text that came out; how much there will be is not known. */
  private static final class Told extends FilterInputStream {
    private static final long STEP = 1 << 20;

    private final LoadProgress progress;
    private long read;
    private long told;

    Told(InputStream in, LoadProgress progress) {
      super(in);
      this.progress = progress;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
      int n = in.read(b, off, len);
      read += Math.max(0, n);
      if (read - told >= STEP || (n < 0 && read > told)) {
        told = read;
        progress.at(read, -1);
      }
      return n;
    }
  }
}
