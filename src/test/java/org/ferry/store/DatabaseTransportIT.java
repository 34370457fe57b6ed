package org.ferry.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.ferry.migrate.LedgerException;
import org.ferry.store.embedded.EmbeddedPostgres;
import org.ferry.store.embedded.FerryCache;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One server that speaks TLS, with a certificate of its own making, and listens on a socket. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DatabaseTransportIT {
  private static final char[] PASS = "changeit".toCharArray();

  private Path folder = Path.of("");
  private final Vertx vertx = Vertx.vertx();
  private @Nullable EmbeddedPostgres running;

  @BeforeAll
  void start(@TempDir Path made) throws Exception {
    folder = made;
    makeCertificate("server", "san=ip:127.0.0.1");
    makeCertificate("stranger", "san=dns:elsewhere");
    try (EmbeddedPostgres first =
        EmbeddedPostgres.open(folder.resolve("data"), FerryCache.standard())) {
      settings(
          first,
          Map.of(
              "ssl", "on",
              "ssl_cert_file", folder.resolve("server.crt").toString(),
              "ssl_key_file", folder.resolve("server.key").toString(),
              "unix_socket_directories", folder.toString()));
    }
    running = EmbeddedPostgres.open(folder.resolve("data"), FerryCache.standard());
  }

  @AfterAll
  void stop() {
    server().close();
    vertx.close().await();
  }

  private EmbeddedPostgres server() {
    if (running == null) {
      throw new IllegalStateException("the server does not run");
    }
    return running;
  }

  private static void settings(EmbeddedPostgres server, Map<String, String> settings)
      throws SQLException {
    try (var connection =
            DriverManager.getConnection(
                server.jdbcUrl(), server.user(), server.password().reveal());
        var statement = connection.createStatement()) {
      for (var setting : settings.entrySet()) {
        statement.execute(
            "alter system set %s = '%s'".formatted(setting.getKey(), setting.getValue()));
      }
    }
  }

  private void makeCertificate(String name, String names) throws Exception {
    Path store = folder.resolve(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "RSA",
                "-alias",
                "x",
                "-dname",
                "CN=" + name,
                "-ext",
                names,
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                new String(PASS))
            .redirectErrorStream(true)
            .start();
    assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    KeyStore keys = KeyStore.getInstance(store.toFile(), PASS);
    Files.writeString(
        folder.resolve(name + ".crt"), pem("CERTIFICATE", keys.getCertificate("x").getEncoded()));
    Path key = folder.resolve(name + ".key");
    Files.writeString(key, pem("PRIVATE KEY", keys.getKey("x", PASS).getEncoded()));
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
  }

  private static String pem(String what, byte[] bytes) {
    String text =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(bytes);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(what, text, what);
  }

  private void use(DatabaseUrl url) {
    var options = new DatabaseOptions(url, 2, Duration.ofSeconds(2));
    List<String> notices = new java.util.concurrent.CopyOnWriteArrayList<>();
    try (Database database = Database.open(vertx, options, notices::add)) {
      boolean protectedRows =
          database
              .run("select ssl from pg_stat_ssl where pid = pg_backend_pid()")
              .iterator()
              .next()
              .getBoolean(0);
      boolean wanted = url.tls() != TlsMode.DISABLE && !url.isSocket();
      assertThat(protectedRows).isEqualTo(wanted);
      var loaded =
          new PgSourceLedger(database).load(MadeSource.withMessages("old", 2_000), p -> {});
      assertThat(loaded.totals().events()).isEqualTo(2_001);
    }
  }

  private DatabaseUrl url(TlsMode tls, @Nullable String root) {
    EmbeddedPostgres at = server();
    return new DatabaseUrl(
        at.host(), at.port(), at.database(), at.user(), at.password(), tls, root);
  }

  @ParameterizedTest
  @EnumSource(TlsMode.class)
  void bothDriversFollowEveryMode(TlsMode mode) {
    use(url(mode, folder.resolve("server.crt").toString()));
  }

  @ParameterizedTest
  @EnumSource(names = {"VERIFY_CA", "VERIFY_FULL"})
  void aCertificateThatNobodyVouchesForIsRefused(TlsMode mode) {
    assertThatThrownBy(() -> use(url(mode, folder.resolve("stranger.crt").toString())))
        .isInstanceOf(LedgerException.class)
        .hasMessageContaining("sslrootcert");
    assertThatThrownBy(() -> use(url(mode, null)))
        .isInstanceOf(LedgerException.class)
        .hasMessageContaining("sslrootcert");
  }

  @Test
  void aCertificateOfAnotherHostIsRefusedByNameOnly() throws Exception {
    show("stranger");
    try {
      String root = folder.resolve("stranger.crt").toString();
      use(url(TlsMode.VERIFY_CA, root));
      assertThatThrownBy(() -> use(url(TlsMode.VERIFY_FULL, root)))
          .isInstanceOf(LedgerException.class);
    } finally {
      show("server");
    }
  }

  /** What the compose file's script makes, with PostgreSQL and both drivers. */
  @Test
  void theCertificateOfTheContainersIsTrustedUnderItsNameAndStays() throws Exception {
    Path keys = Files.createDirectory(folder.resolve("keys"));
    Path trust = Files.createDirectory(folder.resolve("trust"));
    makeForContainers(keys, trust, "localhost");
    byte[] first = Files.readAllBytes(keys.resolve("server.crt"));
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(keys.resolve("server.key"))))
        .isEqualTo("rw-------");
    assertThat(trust).isDirectoryNotContaining("glob:**.key");
    show("keys/server");
    try {
      String root = trust.resolve("ca.crt").toString();
      use(at("localhost", root));
      assertThatThrownBy(() -> use(at("127.0.0.1", root))).isInstanceOf(LedgerException.class);
    } finally {
      show("server");
    }
    makeForContainers(keys, trust, "localhost");
    assertThat(keys.resolve("server.crt")).hasBinaryContent(first);
    // Another name, or an authority that is gone, asks for another one.
    makeForContainers(keys, trust, "elsewhere");
    assertThat(Files.readAllBytes(keys.resolve("server.crt"))).isNotEqualTo(first);
  }

  private static void makeForContainers(Path keys, Path trust, String name) throws Exception {
    Process script =
        new ProcessBuilder(
                "deploy/postgres-certificate.sh",
                keys.toString(),
                trust.toString(),
                name,
                Files.getOwner(keys).getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(script.waitFor()).as(said).isZero();
  }

  private DatabaseUrl at(String host, String root) {
    DatabaseUrl there = url(TlsMode.VERIFY_FULL, root);
    return new DatabaseUrl(
        host, there.port(), there.database(), there.user(), there.password(), there.tls(), root);
  }

  /** The server shows another certificate from now on. */
  private void show(String name) throws SQLException {
    settings(
        server(),
        Map.of(
            "ssl_cert_file", folder.resolve(name + ".crt").toString(),
            "ssl_key_file", folder.resolve(name + ".key").toString()));
    reload();
  }

  private void reload() throws SQLException {
    EmbeddedPostgres at = server();
    try (var connection =
            DriverManager.getConnection(at.jdbcUrl(), at.user(), at.password().reveal());
        var row = connection.createStatement().executeQuery("select pg_reload_conf()")) {
      assertThat(row.next()).isTrue();
    }
  }

  @Test
  void bothDriversUseAUnixSocket() {
    EmbeddedPostgres at = server();
    use(
        new DatabaseUrl(
            folder.toString(),
            at.port(),
            at.database(),
            at.user(),
            at.password(),
            TlsMode.PREFER,
            null));
  }
}
