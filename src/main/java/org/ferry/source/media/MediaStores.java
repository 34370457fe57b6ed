package org.ferry.source.media;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ferry.source.MediaStore;
import org.ferry.source.SourceException;
import org.ferry.source.packed.Compression;

/** Opens whatever an administrator has of a media_store. */
public final class MediaStores {
  private MediaStores() {}

  /**
   * Opens a media store.
   *
   * @param given the media_store folder, a folder above it, or a tar of either, plain or as .gz,
   *     .zst or .xz, told by its content
   * @param scratch a folder that is made where missing; the files of a compressed tar wait there,
   *     readable by this user alone, until the store is closed
   * @return the store; blocks while a tar is read through
   * @throws SourceException where there is no media store in it, with the remedy
   */
  public static MediaStore open(Path given, Path scratch) {
    if (Files.isDirectory(given)) {
      return FolderStore.open(given);
    }
    if (!Files.isRegularFile(given)) {
      throw new SourceException(
          given
              + " does not exist or is no file. Give --media the folder that Synapse's"
              + " media_store_path names, or a tar of it.");
    }
    try (InputStream in = Files.newInputStream(given)) {
      byte[] head = in.readNBytes(TarReader.BLOCK);
      Compression compression = Compression.of(head);
      if (compression == Compression.NONE && !TarReader.isHeader(head)) {
        throw new SourceException(
            given
                + " is neither a folder nor a tar (plain, .gz, .zst or .xz)."
                + " Give --media the folder that Synapse's media_store_path names, or a tar of it.");
      }
      return compression == Compression.NONE
          ? TarStore.inPlace(given)
          : TarStore.spooled(given, compression, scratch);
    } catch (IOException e) {
      if (isFull(e)) {
        throw new SourceException(
            "%s cannot be unpacked into %s (%s). Free some disk space there, or give --media the folder."
                .formatted(given, scratch, e.getMessage()),
            e);
      }
      throw new SourceException(
          Compression.explain(given.toString(), "in the tar", e)
              + " Take the tar again, or give --media the folder.",
          e);
    }
  }

  /** What the system says where a disk is full; Java has no exception of its own for it. */
  private static boolean isFull(IOException e) {
    String said = String.valueOf(e.getMessage()).toLowerCase(java.util.Locale.ROOT);
    return said.contains("no space left")
        || said.contains("quota")
        || said.contains("file too large");
  }
}
