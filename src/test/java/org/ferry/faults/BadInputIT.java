package org.ferry.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.Workplace;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are not what they should be; no homeserver is asked. */
class BadInputIT {
  private static final String CONFIG =
      """
      homeserver: {address: "http://127.0.0.1:1", domain: new.example.org}
      space: "#village:new.example.org"
      """;

  @TempDir Path folder;
  private String dump = "";

  @BeforeEach
  void prepare() throws IOException {
    TestPostgres.Db db = TestPostgres.ledger();
    write("config.yaml", CONFIG + database(db, db.port()) + "\n");
    dump = dump();
  }

  private static String database(TestPostgres.Db db, int port) {
    return "database: {url: \"postgresql://%s:%s@127.0.0.1:%d/%s\"}"
        .formatted(db.user(), db.password().reveal(), port, db.database());
  }

  static String dump() throws IOException {
    try (var in = new GZIPInputStream(Files.newInputStream(Workplace.DUMP))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void write(String name, String text) throws IOException {
    write(name, text.getBytes(StandardCharsets.UTF_8));
  }

  private void write(String name, byte[] bytes) throws IOException {
    try (OutputStream out = Files.newOutputStream(folder.resolve(name))) {
      out.write(bytes);
    }
  }

  private FerryProcess.Result ferry(String... arguments) {
    FerryProcess.Result result = FerryProcess.ferry(arguments).in(folder).run();
    assertThat(result.err()).doesNotContain("\tat ", "Exception");
    return result;
  }

  private void refused(String file, String message) {
    FerryProcess.Result result = ferry("-q", "analyze", file);
    assertThat(result.status()).as(result.toString()).isEqualTo(3);
    assertThat(result.out()).isEmpty();
    assertThat(result.err())
        .isEqualTo("ferry: " + folder.toAbsolutePath().resolve(file) + message + "\n");
  }

  @Test
  void whatIsNoDumpIsRefusedInOneSentenceAndTheLedgerStaysAsItWas() throws IOException {
    FerryProcess.Result good = ferry("-q", "analyze", Workplace.DUMP.toString(), "--json");
    assertThat(good.status()).as(good.toString()).isZero();

    String half = dump.substring(0, dump.indexOf("COPY public.event_json") + 100_000);
    write("cut.sql", half);
    int line = (int) half.lines().count();
    refused(
        "cut.sql",
        " ends in the middle of table event_json, in line %d: the dump was cut off.".formatted(line)
            + " Nothing was taken over. Take it again and see that pg_dump ends without an error.");
    byte[] packed = Files.readAllBytes(Workplace.DUMP);
    write("cut.sql.gz", java.util.Arrays.copyOf(packed, packed.length / 2));
    FerryProcess.Result cut = ferry("-q", "analyze", "cut.sql.gz");
    assertThat(cut.status()).isEqualTo(3);
    assertThat(cut.err()).hasLineCount(1).contains("it was cut off. Nothing was taken over.");
    for (Map.Entry<String, String> file : notDumps().entrySet()) {
      refused(file.getKey(), file.getValue());
    }

    FerryProcess.Result status = ferry("-q", "analyze", "--json");
    assertThat(status.status()).as(status.toString()).isZero();
    assertThat(status.out()).isEqualTo(good.out());
  }

  /** Where people write other digits, programs are not told so. */
  @Test
  void aLocaleOfOtherDigitsChangesNothing() {
    FerryProcess.Result usual = ferry("-q", "analyze", Workplace.DUMP.toString(), "--json");
    FerryProcess.Result persian =
        FerryProcess.ferry("-q", "analyze", Workplace.DUMP.toString(), "--json")
            .in(folder)
            .jvm("-XX:TieredStopAtLevel=1", "-Duser.language=fa", "-Duser.country=IR")
            .run();
    assertThat(persian.status()).as(persian.toString()).isZero();
    assertThat(persian.out()).isEqualTo(usual.out());
  }

  private Map<String, String> notDumps() throws IOException {
    Map<String, String> files = new LinkedHashMap<>();
    String unknown =
        " is neither text nor a compression Ferry knows. Give Ferry what pg_dump wrote, as it is or"
            + " as .gz, .zst or .xz.";
    write("picture.png", new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0, 0, 13});
    files.put("picture.png", unknown);
    write("empty.sql", "");
    files.put(
        "empty.sql", " is empty. Take the dump again; pg_dump may have been stopped or refused.");
    write("homeserver.db", "SQLite format 3\0");
    files.put(
        "homeserver.db",
        " cannot be read as an SQLite database ([SQLITE_NOTADB] File opened that is not a database"
            + " file (file is not a database)). If it is damaged, try sqlite3 homeserver.db .recover,"
            + " or take it from a backup.");
    write(
        "inserts.sql",
        "--\n-- PostgreSQL database dump\n--\n\nINSERT INTO public.events VALUES (1, 'a');\n");
    files.put(
        "inserts.sql",
        " holds its rows as INSERT statements that do not name their columns (line 5, table events),"
            + " and the table's definition is not in it. Take the dump again without --data-only, or"
            + " with --column-inserts.");
    write("letter.txt", "hello, this is no dump\n");
    files.put(
        "letter.txt",
        " is text, but not a dump that pg_dump wrote. Take one with: pg_dump -f dump.sql"
            + " NAME-OF-SYNAPSE'S-DATABASE.");
    Files.createDirectory(folder.resolve("folder"));
    files.put(
        "folder",
        " is a folder without a toc.dat, so it is no dump in pg_dump's directory format. Give Ferry"
            + " the dump file in it.");
    files.put("nowhere.sql", " does not exist. Give Ferry the path of a dump that it may read.");
    return files;
  }

  @Test
  void aBrokenRowIsNamedWithItsLineAndTheRestIsLoaded() throws IOException {
    int body = dump.indexOf("message 77:");
    int start = dump.lastIndexOf('\n', body) + 1;
    int line = (int) dump.substring(0, start).lines().count() + 1;
    int end = dump.indexOf('\n', body);
    write("broken.sql", dump.substring(0, start) + "$oops\tonly two" + dump.substring(end));
    FerryProcess.Result result = ferry("-q", "analyze", "broken.sql");
    assertThat(result.status()).as(result.toString()).isZero();
    assertThat(result.out() + result.err()).contains("broken.sql:" + line + ", table event_json:");
    assertThat(result.out()).contains("714");
  }

  @Test
  void outputsThatCannotBeWrittenAreSaid() throws IOException {
    FerryProcess.Result none = ferry("-q", "plan");
    assertThat(none.status()).isEqualTo(2);
    assertThat(none.err())
        .isEqualTo(
            "ferry: nothing was loaded yet; name a dump, such as ferry analyze synapse.sql.gz\n");
    FerryProcess.Result loaded = ferry("-q", "analyze", Workplace.DUMP.toString());
    assertThat(loaded.status()).as(loaded.toString()).isZero();
    // Behind a link, so that a program that put a file in its place would not harm the machine.
    Path full = Files.createSymbolicLink(folder.resolve("full.json"), Path.of("/dev/full"));
    unwritable(full.getFileName().toString(), "No space left on device");
    assertThat(full).isSymbolicLink();
    unwritable("no/such/folder/a.json", "there is no such folder");
    FerryProcess.Result media = ferry("-q", "migrate", "--media", "nope", "--yes");
    assertThat(media.status()).as(media.toString()).isEqualTo(3);
    assertThat(media.err()).contains("nope");
  }

  private void unwritable(String file, String why) {
    FerryProcess.Result result = ferry("-q", "analyze", "-o", file);
    assertThat(result.status()).as(result.toString()).isEqualTo(2);
    assertThat(result.err())
        .hasLineCount(1)
        .contains(file + " cannot be written (" + why + "); make room");
  }

  @Test
  void everyMistakeOfAConfigurationIsSaidAtOnce() throws IOException {
    write(
        "config.yaml",
        """
        homeserver: {adress: "http://127.0.0.1:9", domain: "new example"}
        space: village
        replay: {concurency: many, redacted: never}
        databse: {}
        """);
    FerryProcess.Result result = ferry("status");
    assertThat(result.status()).isEqualTo(3);
    assertThat(result.err()).startsWith("ferry: 7 problems:\n").hasLineCount(8);
    assertThat(result.err())
        .contains(
            "config.yaml:1: homeserver.adress: unknown key; did you mean address?",
            "config.yaml:2: space: expected an alias such as",
            "config.yaml:4: databse: unknown key; did you mean database?");
    FerryProcess.Result none = ferry("-c", "none.yaml", "status");
    assertThat(none.status()).isEqualTo(3);
    assertThat(none.err()).contains("none.yaml: does not exist; ferry init writes a configuration");
  }
}
