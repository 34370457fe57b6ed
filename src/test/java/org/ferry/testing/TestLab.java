package org.ferry.testing;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.ferry.config.Config;
import org.ferry.config.ConfigLoader;
import org.ferry.config.Registration;
import org.ferry.config.RegistrationFile;
import org.ferry.id.Secret;
import org.ferry.lab.Lab;
import org.ferry.lab.LabClient;
import org.ferry.lab.SynapseServer;
import org.ferry.lab.SynapseSettings;
import org.ferry.store.embedded.FerryCache;

/**
 * The lab that all test classes of a JVM share, under {@code target}; it ends with the JVM. Its
 * servers begin empty in each JVM. A test class takes names of its own by {@link #unique}.
 */
public final class TestLab {
  /** The domain of the shared server that people move to. */
  public static final String DOMAIN = "new.example.org";

  /** The password of every account that tests make. */
  public static final Secret PASSWORD = Secret.of("correct horse battery staple");

  private final Lab lab;
  private final Supplier<SynapseServer> target;
  private final AtomicInteger count = new AtomicInteger();

  private static final class Holder {
    static final TestLab SHARED = new TestLab();
  }

  private TestLab() {
    lab =
        Lab.open(
            Folders.own("lab"),
            FerryCache.standard(),
            line -> System.out.println("[tests] " + line));
    Runtime.getRuntime().addShutdownHook(new Thread(lab::close));
    target = new Once(() -> fresh(SynapseSettings.of("target", DOMAIN)));
  }

  /** The lab of this JVM, opened on first use. */
  public static TestLab shared() {
    return Holder.SHARED;
  }

  /** The lab itself. */
  public Lab lab() {
    return lab;
  }

  /** The shared Synapse that people move to: on PostgreSQL, without rate limits. */
  public SynapseServer target() {
    return target.get();
  }

  /** The shared Synapse, started again with these registrations instead of those it had. */
  public SynapseServer targetWith(Path... registrations) {
    target.get().reconfigure(settings -> settings.withAppServices(registrations)).restart();
    return target.get();
  }

  /** Another Synapse, empty; the caller stops it, else the end of the JVM does. */
  public SynapseServer fresh(SynapseSettings settings) {
    lab.forget(settings.folder());
    return lab.start(settings);
  }

  /**
   * Another Synapse, which knows the registration that the configuration of a folder wants; it is
   * written there.
   */
  public SynapseServer registered(Path folder, SynapseSettings settings) {
    Path registration = folder.resolve("registration.yaml");
    Config config = new ConfigLoader(Map.of(), folder).load(null);
    RegistrationFile.write(registration, Registration.fresh(config));
    return fresh(settings.withAppServices(registration.toAbsolutePath()));
  }

  /** A name that no other test of this JVM uses. */
  public String unique(String prefix) {
    return prefix + "-" + count.incrementAndGet();
  }

  /** A new account of the shared server, logged in. */
  public LabClient person(String prefix) {
    return target().register(unique(prefix), PASSWORD, false);
  }

  private static final class Once implements Supplier<SynapseServer> {
    private final Supplier<SynapseServer> maker;
    private @org.jspecify.annotations.Nullable SynapseServer made;

    Once(Supplier<SynapseServer> maker) {
      this.maker = maker;
    }

    @Override
    public synchronized SynapseServer get() {
      SynapseServer server = made == null ? maker.get() : made;
      made = server;
      return server;
    }
  }
}
