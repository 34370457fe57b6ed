package org.ferry.store;

import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import javax.sql.DataSource;
import org.ferry.id.Secret;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.ssl.DefaultJavaSSLFactory;

/** The same address in the words of the two drivers. */
final class Drivers {
  private static final String NAME = "ferry";

  private Drivers() {}

  /** For rows: the Vert.x client. */
  static PgConnectOptions rows(DatabaseUrl url) {
    PgConnectOptions options =
        new PgConnectOptions()
            .setHost(url.host())
            .setPort(url.port())
            .setDatabase(url.database())
            .setUser(url.user())
            .setPassword(password(url))
            .setCachePreparedStatements(true)
            .addProperty("application_name", NAME);
    return url.isSocket() ? options : options.setSslMode(mode(url)).setSslOptions(tls(url));
  }

  /** For COPY and migrations: pgjdbc. */
  static DataSource bulk(DatabaseUrl url) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setServerNames(new String[] {url.isSocket() ? "localhost" : url.host()});
    source.setPortNumbers(new int[] {url.port()});
    source.setDatabaseName(url.database());
    source.setUser(url.user());
    source.setPassword(password(url));
    source.setApplicationName(NAME);
    source.setTcpKeepAlive(true);
    source.setConnectTimeout(10);
    if (url.isSocket()) {
      source.setSocketFactory(UnixSockets.class.getName());
      source.setSocketFactoryArg(url.socketFile());
      source.setSslMode(TlsMode.DISABLE.word());
      return source;
    }
    source.setSslMode(url.tls().word());
    if (url.rootCertificate() != null) {
      source.setSslRootCert(url.rootCertificate());
    } else if (verifies(url)) {
      source.setSslfactory(DefaultJavaSSLFactory.class.getName());
    }
    return source;
  }

  private static String password(DatabaseUrl url) {
    Secret password = url.password();
    return password == null ? "" : password.reveal();
  }

  private static boolean verifies(DatabaseUrl url) {
    return url.tls() == TlsMode.VERIFY_CA || url.tls() == TlsMode.VERIFY_FULL;
  }

  private static SslMode mode(DatabaseUrl url) {
    return SslMode.of(url.tls().word());
  }

  private static ClientSSLOptions tls(DatabaseUrl url) {
    ClientSSLOptions options = new ClientSSLOptions();
    String root = url.rootCertificate();
    if (!verifies(url)) {
      return options.setTrustAll(true).setHostnameVerificationAlgorithm("");
    }
    if (root != null) {
      options = options.setTrustOptions(new PemTrustOptions().addCertPath(root));
    }
    boolean named = url.tls() == TlsMode.VERIFY_FULL;
    return options.setHostnameVerificationAlgorithm(named ? "HTTPS" : "");
  }
}
