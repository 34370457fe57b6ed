package org.ferry.testing.elder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import org.ferry.lab.Lab;
import org.ferry.lab.SynapseServer;
import org.ferry.lab.SynapseSettings;
import org.ferry.store.embedded.EmbeddedPostgres;
import org.ferry.store.embedded.ProcessLock;
import org.ferry.testing.TestLab;

/**
 * The second old server's dumps, made once and kept under {@code target/second-dump} until {@code
 * mvn clean} or until its {@link #EDITION} changes.
 *
 * @param sql the dump, gzipped
 * @param facts what is in it
 * @param laterSql a dump of the same server some time later, gzipped
 * @param laterFacts what is in that: all of the first, and what has the name {@code later}
 * @param media its media_store, as it was later
 */
public record SecondDump(
    Path sql, ElderFacts facts, Path laterSql, ElderFacts laterFacts, Path media) {
  /** To be counted up whenever the making changes. */
  private static final String EDITION = "2";

  private static final Path FOLDER = Path.of("target", "second-dump");
  private static final Duration LIMIT = Duration.ofMinutes(10);

  /** The dump, made on first use, which takes about half a minute. */
  public static SecondDump shared() {
    try {
      Files.createDirectories(FOLDER);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ProcessLock.whileAlone(FOLDER.resolve("lock"), LIMIT, SecondDump::madeOnce);
  }

  private static SecondDump madeOnce() {
    Path ready = FOLDER.resolve("edition");
    try {
      if (!Files.exists(ready) || !Files.readString(ready).equals(EDITION)) {
        Files.deleteIfExists(ready);
        make();
        Files.writeString(ready, EDITION);
      }
    } catch (IOException | SQLException e) {
      throw new IllegalStateException("the second dump cannot be made", e);
    }
    return new SecondDump(
        sql("second"),
        ElderFacts.read(facts("second")),
        sql("later"),
        ElderFacts.read(facts("later")),
        FOLDER.resolve("media_store"));
  }

  private static Path sql(String name) {
    return FOLDER.resolve(name + ".sql.gz");
  }

  private static Path facts(String name) {
    return FOLDER.resolve(name + ".json");
  }

  private static void make() throws IOException, SQLException {
    System.out.println("[tests] making the second dump in " + FOLDER + " (once) ...");
    TestLab tests = TestLab.shared();
    SynapseServer home = tests.fresh(SynapseSettings.federating("elder"));
    SynapseServer away =
        tests.fresh(SynapseSettings.federating("elder-away").on(SynapseSettings.Database.SQLITE));
    try {
      var elder = new Elder(home, away);
      new Workshop(elder).fill();
      new VersionRooms(elder).fill();
      new People(elder).fill();
      new Village(elder).fill();
      away.stop();
      dump(elder, tests.lab(), "second");
      new LaterStory(elder).tell();
      dump(elder, tests.lab(), "later");
      keepMedia(elder);
    } finally {
      home.stop();
      away.stop();
    }
    tests.lab().forget("elder");
    tests.lab().forget("elder-away");
  }

  /** Dumps the stopped server with the crafted rows in it. */
  private static void dump(Elder elder, Lab lab, String name) throws IOException, SQLException {
    elder.home.stop();
    EmbeddedPostgres postgres = lab.postgres();
    String url = elder.home.jdbcUrl();
    try (var connection =
        DriverManager.getConnection(url, postgres.user(), postgres.password().reveal())) {
      var rows = new CraftedRows(connection, elder.facts);
      if (name.equals("second")) {
        rows.add();
        rows.mendSequences();
      }
      rows.count();
    }
    try (var writer = new DumpWriter(url, postgres.user(), postgres.password())) {
      writer.write(sql(name));
    }
    elder.facts.write(facts(name));
    var unused = elder.home.start();
  }

  private static void keepMedia(Elder elder) throws IOException {
    Path store = FOLDER.resolve("media_store");
    copy(elder.home.mediaStore(), store);
    String lost = elder.facts.file("lost.txt");
    Files.delete(local(store, lost.substring(lost.lastIndexOf('/') + 1)));
  }

  /** Where a media_store keeps a local file. */
  private static Path local(Path store, String id) {
    return store
        .resolve("local_content")
        .resolve(id.substring(0, 2))
        .resolve(id.substring(2, 4))
        .resolve(id.substring(4));
  }

  private static void copy(Path from, Path to) throws IOException {
    if (Files.exists(to)) {
      try (var old = Files.walk(to)) {
        for (Path path : old.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
    try (var paths = Files.walk(from)) {
      for (Path path : paths.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }
}
