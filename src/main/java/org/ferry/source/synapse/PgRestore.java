package org.ferry.source.synapse;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ferry.source.SourceException;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL's own reader of archives, as a program that writes text and connects to nothing.
 *
 * @param program where it lies
 * @param version its version, such as {@code 17.6}
 */
record PgRestore(Path program, String version) {
  private static final Pattern VERSION = Pattern.compile("\\(PostgreSQL\\) ([0-9]+[0-9a-z.]*)");
  private static final int PATIENCE_SECONDS = 10;

  /** Folders where packages of Linux put the programs of several versions. */
  private static final List<String> USUAL =
      List.of("/usr/lib/postgresql", "/usr/pgsql", "/opt/postgresql", "/usr/local/pgsql");

  /** Finds the newest one, because each reads what older ones wrote. */
  static Optional<PgRestore> newest(String path) {
    return candidates(path).stream()
        .flatMap(p -> asked(p).stream())
        .max(Comparator.comparingInt(PgRestore::major));
  }

  private static List<Path> candidates(String path) {
    List<Path> found = new ArrayList<>();
    for (String folder : path.split(Pattern.quote(File.pathSeparator), -1)) {
      inside(folder).ifPresent(found::add);
    }
    if (!path.isEmpty()) {
      USUAL.forEach(root -> found.addAll(below(Path.of(root))));
    }
    return found.stream().filter(Files::isExecutable).distinct().toList();
  }

  private static Optional<Path> inside(String folder) {
    try {
      return folder.isEmpty() ? Optional.empty() : Optional.of(Path.of(folder, "pg_restore"));
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** {@code ROOT/bin}, {@code ROOT/17/bin} and {@code ROOT-17/bin}. */
  private static List<Path> below(Path root) {
    List<Path> found = new ArrayList<>();
    found.add(root.resolve("bin/pg_restore"));
    found.addAll(each(root, "*"));
    found.addAll(each(root.getParent(), root.getFileName() + "-*"));
    return found;
  }

  private static List<Path> each(@Nullable Path folder, String glob) {
    List<Path> found = new ArrayList<>();
    if (folder != null && Files.isDirectory(folder)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, glob)) {
        entries.forEach(p -> found.add(p.resolve("bin/pg_restore")));
      } catch (IOException e) {
        return found; // a folder that may not be read holds nothing for us
      }
    }
    return found;
  }

  private static Optional<PgRestore> asked(Path program) {
    try {
      Process process =
          new ProcessBuilder(program.toString(), "--version").redirectErrorStream(true).start();
      try (InputStream out = process.getInputStream()) {
        process.getOutputStream().close();
        Matcher m = VERSION.matcher(new String(out.readNBytes(1000), StandardCharsets.UTF_8));
        boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return ended && m.find()
            ? Optional.of(new PgRestore(program, m.group(1)))
            : Optional.empty();
      } finally {
        Process unused = process.destroyForcibly();
      }
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private int major() {
    return major(version);
  }

  private static int major(String version) {
    Matcher m = Pattern.compile("^[0-9]{1,4}").matcher(version);
    return m.find() ? Integer.parseInt(m.group()) : 0;
  }

  /** The command that writes the wanted tables of an archive as text to its standard output. */
  List<String> command(@Nullable Path folder) {
    List<String> command = new ArrayList<>(List.of(program.toString(), "--file=-"));
    Arrays.stream(SynapseTable.values()).forEach(t -> command.add("--table=" + t.dumpName()));
    if (folder != null) {
      command.add(folder.toString());
    }
    return command;
  }

  /** Says that there is none. */
  static SourceException missing(String label, String format, Optional<String> maker) {
    String version = maker.map(m -> " " + major(m) + " or newer").orElse("");
    return new SourceException(
        label
            + " is a dump in pg_dump's "
            + format
            + ". Ferry reads it with PostgreSQL's pg_restore, which was found neither on the PATH nor"
            + " below /usr/lib/postgresql. Install PostgreSQL's client programs"
            + version
            + " (package postgresql-client), or turn the dump into text where it was made:"
            + " pg_restore -f dump.sql FILE, then give Ferry dump.sql.");
  }

  /** Says why it failed. */
  SourceException failure(String label, String format, Optional<String> maker, String said) {
    String last = said.strip().lines().reduce((a, b) -> b).orElse("it said nothing");
    String what = label + " (a dump in pg_dump's " + format + ") ";
    if (said.contains("unsupported version")) {
      return new SourceException(
          what
              + "was written by pg_dump "
              + maker.orElse("of a newer version")
              + ", which pg_restore "
              + version
              + " ("
              + program
              + ") does not understand. Install PostgreSQL's client programs "
              + maker.map(m -> major(m) + " or newer").orElse("of that version")
              + ", or turn the dump into text where it was made: pg_restore -f dump.sql FILE.");
    }
    if (said.contains("end of file") || said.contains("out of data")) {
      return new SourceException(
          what
              + "ends too early: it was cut off ("
              + last
              + "). Nothing was taken over. Take the dump again, or copy it again in full.");
    }
    if (said.contains("compress") && said.contains("support")) {
      return new SourceException(
          what
              + "is compressed in a way that "
              + program
              + " was not built for ("
              + last
              + "). Turn it into text where it was made: pg_restore -f dump.sql FILE.");
    }
    return new SourceException(
        what
            + "could not be read by pg_restore "
            + version
            + ": "
            + last
            + ". Nothing was taken over. Take the dump again, or turn it into text where it was made:"
            + " pg_restore -f dump.sql FILE.");
  }
}
