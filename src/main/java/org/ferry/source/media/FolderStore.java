package org.ferry.source.media;

import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.ferry.source.MediaStore;
import org.ferry.source.Problem;
import org.ferry.source.ProblemLog;
import org.ferry.source.SourceException;

/** A media store that lies in a folder. */
final class FolderStore implements MediaStore {
  private final Path given;
  private final Path root;
  private final ProblemLog problems = new ProblemLog();

  private FolderStore(Path given, Path root) {
    this.given = given;
    this.root = root;
  }

  static FolderStore open(Path given) {
    try {
      Path root =
          find(given, 2)
              .orElseThrow(() ->
                  new SourceException(
                      given
                          + " holds no media store: there is no local_content in it."
                          + " Give --media the folder that Synapse's media_store_path names."));
      return new FolderStore(given, root.toRealPath());
    } catch (IOException | UncheckedIOException e) {
      throw new SourceException(
          given + " cannot be read: " + e.getMessage() + ". Give Ferry the right to read it.", e);
    }
  }

  /** The folder itself, or the first one below it that looks like a media store. */
  private static Optional<Path> find(Path folder, int levels) throws IOException {
    if (Stream.of(MediaPath.LOCAL, MediaPath.REMOTE, "local_thumbnails")
        .anyMatch(name -> Files.isDirectory(folder.resolve(name)))) {
      return Optional.of(folder);
    }
    if (levels == 0) {
      return Optional.empty();
    }
    List<Path> below;
    try (Stream<Path> entries = Files.list(folder)) {
      below =
          entries
              .filter(p -> Files.isDirectory(p, LinkOption.NOFOLLOW_LINKS) && Files.isReadable(p))
              .sorted()
              .toList();
    }
    for (Path path : below) {
      Optional<Path> found = find(path, levels - 1);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  @Override
  public Optional<Blob> find(String path) throws IOException {
    if (!MediaPath.isSafe(path)) {
      report(path, "is no safe path");
      return Optional.empty();
    }
    Path real;
    try {
      real = root.resolve(path).toRealPath();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    if (!real.startsWith(root)) {
      report(path, "is a link that leads out of the media store");
      return Optional.empty();
    }
    return Files.isRegularFile(real) ? Optional.of(new FileBlob(real)) : Optional.empty();
  }

  private void report(String path, String what) {
    problems.add(
        "media store",
        new Problem(given + ", " + path, what, "the file was treated as missing; copy it in"));
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
    // nothing is held open
  }

  private record FileBlob(Path file) implements Blob {
    @Override
    public long length() {
      return file.toFile().length();
    }

    @Override
    public InputStream open() throws IOException {
      return new BufferedInputStream(new FileInputStream(file.toFile()));
    }
  }
}
