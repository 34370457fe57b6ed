package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.lab.LabClient;
import org.ferry.lab.Ports;
import org.ferry.lab.SynapseServer;
import org.ferry.lab.SynapseSettings;
import org.ferry.lab.SynapseSettings.Database;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.FollowingConfig;
import org.ferry.testing.TestLab;
import org.ferry.testing.TestPostgres;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An account of another homeserver is found by that server's name (specification, "Well-known").
 */
class FoundByNameIT {
  private static final String PASSWORD = "changeit";

  private final TestPostgres.Db db = TestPostgres.ledger();
  private final int port = Ports.free();
  private final String domain = "localhost:" + port;
  private final SynapseServer server =
      TestLab.shared()
          .fresh(SynapseSettings.of(TestLab.shared().unique("named"), domain).on(Database.SQLITE));
  @TempDir Path folder;

  @AfterEach
  void stop() {
    server.stop();
  }

  /** A certificate for localhost, in a store that serves and is trusted. */
  private Path certificate() throws IOException, InterruptedException {
    Path store = folder.resolve("named.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "named",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .start();
    assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(keytool.exitValue()).isZero();
    return store;
  }

  private HttpsServer website(Path store) throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
    managers.init(keys, PASSWORD.toCharArray());
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(managers.getKeyManagers(), null, null);
    HttpsServer website =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    website.setHttpsConfigurator(new HttpsConfigurator(tls));
    byte[] said =
        "{\"m.homeserver\":{\"base_url\":\"%s/\"}}"
            .formatted(server.baseUrl())
            .getBytes(StandardCharsets.UTF_8);
    website.createContext(
        "/.well-known/matrix/client",
        exchange -> {
          exchange.sendResponseHeaders(200, said.length);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(said);
          }
        });
    website.start();
    return website;
  }

  @Test
  void theAccountIsFollowedWhereItsServerSays() throws Exception {
    LabClient person = server.register("named", TestLab.PASSWORD, false);
    assertThat(person.userId()).isEqualTo("@named:" + domain);
    Files.writeString(folder.resolve("password"), TestLab.PASSWORD.reveal());
    FollowingConfig.write(
        folder,
        TestLab.shared().target().baseUrl(),
        db,
        "{user: \"%s\", password_file: password}".formatted(person.userId()));
    Path store = certificate();
    HttpsServer website = website(store);
    try (FerryProcess ferry =
        FerryProcess.ferry("run")
            .in(folder)
            .jvm(
                "-Djavax.net.ssl.trustStore=" + store,
                "-Djavax.net.ssl.trustStorePassword=" + PASSWORD)
            .with("FERRY_PICKLE_KEY", PickleKey.random().text().reveal())
            .start()) {
      assertThat(ferry.awaitLine("state=following")).contains(person.userId());
    } finally {
      website.stop(0);
    }
  }
}
