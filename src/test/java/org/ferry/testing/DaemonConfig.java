package org.ferry.testing;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.ferry.config.ConfigLoader;
import org.ferry.config.Registration;
import org.ferry.config.RegistrationFile;
import org.ferry.lab.Ports;
import org.ferry.lab.SynapseServer;
import org.ferry.lab.SynapseSettings;
import org.ferry.lab.SynapseSettings.Database;

/**
 * The configuration of a Ferry that runs as an application service.
 *
 * @param domain of the homeserver
 * @param database where Ferry keeps what it knows, as a URL
 * @param pushes where the homeserver sends its transactions
 * @param listen the port where Ferry takes them
 * @param api the port of its API
 * @param more further lines of YAML
 */
public record DaemonConfig(
    String domain, String database, String pushes, int listen, int api, String more) {
  private static final URI NOWHERE = URI.create("http://127.0.0.1:1");

  /** One on free ports. */
  public static DaemonConfig of(String domain, TestPostgres.Db db) {
    int listen = Ports.free();
    return new DaemonConfig(
        domain, db.url(), "http://127.0.0.1:" + listen, listen, Ports.free(), "");
  }

  /** The same behind something that stands between the homeserver and Ferry. */
  public DaemonConfig pushedBy(Object address, int port) {
    return new DaemonConfig(domain, database, address.toString(), port, api, more);
  }

  /** The same with another database, such as a variable of the environment. */
  public DaemonConfig on(String url) {
    return new DaemonConfig(domain, url, pushes, listen, api, more);
  }

  /** The same with these further lines. */
  public DaemonConfig with(String lines) {
    return new DaemonConfig(domain, database, pushes, listen, api, lines);
  }

  /** Writes {@code config.yaml}. */
  public void write(Path folder, URI homeserver) throws IOException {
    Files.writeString(
        folder.resolve("config.yaml"),
        """
        homeserver: {address: "%s", domain: %s}
        appservice: {address: "%s", listen: "127.0.0.1:%d"}
        api: {listen: "127.0.0.1:%d"}
        database: {url: "%s"}
        %s
        """
            .formatted(homeserver, domain, pushes, listen, api, database, more));
  }

  /**
   * Starts a Synapse that Ferry is registered with, and writes the configuration for it.
   *
   * @param folder where the configuration and the registration go
   */
  public SynapseServer homeserver(Path folder) throws IOException {
    SynapseServer server =
        TestLab.shared()
            .fresh(
                SynapseSettings.of(
                        TestLab.shared().unique(domain.substring(0, domain.indexOf('.'))), domain)
                    .on(Database.SQLITE)
                    .withAppServices(register(folder)));
    write(folder, server.baseUrl());
    return server;
  }

  /** Writes it for a homeserver that is not there yet, and the registration for that one. */
  public Path register(Path folder) throws IOException {
    write(folder, NOWHERE);
    Path registration = folder.resolve("registration.yaml").toAbsolutePath();
    RegistrationFile.write(
        registration, Registration.fresh(new ConfigLoader(Map.of(), folder).load(null)));
    return registration;
  }
}
