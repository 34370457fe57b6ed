package org.ferry.app;

import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.ferry.config.Config;
import org.ferry.id.Secret;
import org.ferry.lab.Lab;
import org.ferry.lab.LabClient;
import org.ferry.lab.LabException;
import org.ferry.lab.SynapseServer;
import org.ferry.lab.SynapseSettings;

/**
 * The demo's new homeserver: a PostgreSQL, which Ferry's ledger uses too, and a Synapse with an
 * account for whoever looks on.
 */
public final class DemoServer implements AutoCloseable {
  /** The localpart of the person who looks on. */
  static final String PERSON = "you";

  private static final String ADMIN = "admin";

  private final Lab lab;
  private final SynapseServer synapse;
  private final LabClient person;

  private DemoServer(Lab lab, SynapseServer synapse, LabClient person) {
    this.lab = lab;
    this.synapse = synapse;
    this.person = person;
  }

  /**
   * Starts the servers, with what they held before; ends what a killed demo left running. The first
   * time on a machine this installs Synapse.
   *
   * @param folder the demo's folder, prepared
   * @param config its configuration; its file names the homeserver's address when this returns
   * @param environment the environment, for the cache folder
   * @param say hears one line for each choice and for what takes long
   * @return the servers, which answer
   * @throws LabException where one cannot run, with the remedy
   */
  public static DemoServer open(
      DemoFolder folder, Config config, Map<String, String> environment, Consumer<String> say) {
    Closing closing = new Closing();
    Lab lab =
        closing.add(
            Lab.open(config.dataDir(), DatabasePart.cacheFolder(environment), say), Lab::close);
    try {
      folder.doors(config);
      SynapseSettings settings =
          SynapseSettings.of("new-server", config.homeserver().domain())
              .withAppServices(config.appservice().registration());
      SynapseServer synapse = lab.start(settings);
      folder.homeserver(config.homeserver().address(), synapse.baseUrl().toString());
      return new DemoServer(lab, synapse, person(folder, synapse));
    } catch (RuntimeException e) {
      closing.after(e);
      throw e;
    }
  }

  /** The person's client: with the token of an earlier run, so that devices do not pile up. */
  private static LabClient person(DemoFolder folder, SynapseServer synapse) {
    String id = synapse.user(PERSON).value();
    Optional<LabClient> known =
        folder.token().map(token -> LabClient.withToken(synapse.baseUrl(), id, token));
    if (known.isPresent()) {
      int status = known.get().request("GET", "/_matrix/client/v3/account/whoami", null).status();
      if (status == 200) {
        return known.get();
      }
    }
    return registered(folder, synapse);
  }

  private static LabClient registered(DemoFolder folder, SynapseServer synapse) {
    Secret password = folder.password();
    try {
      LabClient unused = synapse.register(ADMIN, password, true);
      LabClient person = synapse.register(PERSON, password, false);
      folder.token(person.token());
      return person;
    } catch (LabException e) {
      throw new LabException(
          "The demo's accounts cannot be logged in (%s). Where their password was changed, put it into %s; or begin anew with another --dir."
              .formatted(e.getMessage(), folder.passwordFile()),
          e);
    }
  }

  /** Where clients reach the homeserver. */
  public String address() {
    return synapse.baseUrl().toString();
  }

  /** The id of the person who looks on. */
  public String personId() {
    return person.userId();
  }

  LabClient person() {
    return person;
  }

  /** Stops both servers. */
  @Override
  public void close() {
    lab.close();
  }
}
