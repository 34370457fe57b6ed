package org.ferry.checkup;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.ferry.config.Config;
import org.ferry.config.ConfigException;
import org.ferry.config.Registration;
import org.ferry.config.RegistrationFile;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.HomeserverFailure;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a whole installation, part by part; a part that another one needs ends what comes after
 * it. Used by one thread, on which it waits for the homeserver.
 */
public final class Checkup {
  private final Config config;
  private final InstantSource clock;
  private final Findings findings;
  private final Remedies remedies;

  /**
   * A checkup of which nothing is done yet.
   *
   * @param config the configuration
   * @param clock what time it is here
   * @param shown told of each finding at once
   */
  public Checkup(Config config, InstantSource clock, Consumer<Finding> shown) {
    this.config = config;
    this.clock = clock;
    this.findings = new Findings(shown);
    this.remedies = new Remedies(config);
  }

  /** Looks at what is on this machine: configuration, secrets, disk, registration file. */
  public void local() {
    new LocalCheck(config, remedies).run(findings);
  }

  /**
   * The library that encrypts was tried.
   *
   * @param version of it
   */
  public void cryptography(String version) {
    findings.add(
        Finding.ok(Check.CRYPTOGRAPHY, "the library vodozemac %s works".formatted(version)));
  }

  /**
   * The library that encrypts cannot be used: {@code run} does not start where there is a pickle
   * key, and reads nothing encrypted where there is none.
   *
   * @param sentence why, and what to do
   */
  public void noCryptography(String sentence) {
    findings.add(
        config.encryption().pickling() == null
            ? Finding.warning(Check.CRYPTOGRAPHY, sentence, "then: ferry doctor")
            : Finding.problem(Check.CRYPTOGRAPHY, sentence, "then: ferry doctor"));
  }

  /**
   * Looks at Ferry's database.
   *
   * @param facts how it is set up
   */
  public void database(DatabaseFacts facts) {
    findings.addAll(LocalCheck.database(facts));
  }

  /**
   * Looks whether encrypted rooms that are carried in clear have their keys.
   *
   * @param messages encrypted messages of such rooms
   * @param withoutKey of these, messages that no key opens
   */
  public void roomKeys(long messages, long withoutKey) {
    findings.add(LocalCheck.roomKeys(messages, withoutKey));
  }

  /**
   * Looks at whom Ferry follows.
   *
   * @param accounts as ferry run left them
   */
  public void accounts(List<FollowedAccount> accounts) {
    findings.addAll(LocalCheck.accounts(accounts));
  }

  /**
   * Looks at where live messages are posted to.
   *
   * @param endpoints of the configuration
   */
  public void webhooks(List<Receiving> endpoints) {
    findings.addAll(LocalCheck.webhooks(endpoints));
  }

  /**
   * Ferry's database cannot be used.
   *
   * @param sentence why, and what to do
   */
  public void noDatabase(String sentence) {
    findings.add(Finding.problem(Check.DATABASE, sentence, "then: ferry doctor"));
  }

  /**
   * What the homeserver is looked at with.
   *
   * @param homeserver gives Ferry's own client of it, asked for only where it answers
   * @param listening who listens for the homeserver
   * @param load what is to be carried
   * @param reused rooms that the plan reuses
   * @param measure whether to take the time of messages
   */
  public record Remote(
      Supplier<Homeserver> homeserver,
      Listening listening,
      LastLoad load,
      Set<RoomId> reused,
      boolean measure) {}

  /**
   * Looks at the homeserver. What is made there for it is gone when this returns.
   *
   * @param remote what it needs
   * @return everything that was found, of the earlier parts too
   * @throws InterruptedException where the thread was told to stop
   */
  public Report remote(Remote remote) throws InterruptedException {
    Registration registration = registration();
    ServerInfo server = null;
    Measurement measured = null;
    try (Door door = door(config, registration, Duration.ZERO)) {
      ServerCheck check = new ServerCheck(door, clock, remedies);
      Optional<ServerInfo> answers = check.run(findings);
      server = answers.orElse(null);
      if (server != null) {
        boolean clear = new ProxyCheck(door, config.homeserver().domain(), remedies).run(findings);
        if (!clear) {
          return new Report(server, findings.all(), remote.load(), null);
        }
        check.login(findings, config.identities().mode().equals("account"));
        new AdminCheck(door, config, remedies).run(findings);
      }
      if (server != null && registration != null) {
        measured = service(door, server, registration, remote);
      }
    } catch (Unanswered | HomeserverFailure e) {
      findings.add(gone(String.valueOf(e.getMessage())));
    }
    return new Report(server, findings.all(), remote.load(), measured);
  }

  private Finding gone(String reason) {
    return Finding.problem(
        Check.HOMESERVER,
        "the homeserver at %s stopped answering in the middle: %s"
            .formatted(config.homeserver().address(), reason),
        "see its log, then: ferry doctor");
  }

  /** Null where there is none; that is a finding of the local part. */
  private @Nullable Registration registration() {
    try {
      return RegistrationFile.read(config.appservice().registration());
    } catch (ConfigException e) {
      return null;
    }
  }

  static Door door(Config config, @Nullable Registration registration, Duration patience) {
    return new Door(
        config.homeserver().address(),
        registration == null ? null : registration.asToken(),
        patience);
  }

  private @Nullable Measurement service(
      Door door, ServerInfo server, Registration registration, Remote remote)
      throws InterruptedException {
    IdentityCheck identity = new IdentityCheck(door, config, registration, remedies);
    if (!identity.run(findings)) {
      return null;
    }
    new WayBackCheck(door, config, remedies, remote.listening()).run(findings);
    try (Scratch scratch = new Scratch(door, config)) {
      if (!identity.namespaces(findings, scratch)) {
        return null;
      }
      new SpaceCheck(remote.homeserver().get(), config, remote.reused(), remedies).run(findings);
      new MediaCheck(door, scratch.one(), remote.load()).run(findings);
      return inRooms(door, server, scratch, remote.measure());
    }
  }

  private @Nullable Measurement inRooms(
      Door door, ServerInfo server, Scratch scratch, boolean measure) throws InterruptedException {
    scratch.sweep();
    Reply made = scratch.make();
    if (!made.ok()) {
      findings.add(noRoom(made));
      return null;
    }
    new HistoryCheck(door, scratch).run(findings);
    new RoomCheck(door, scratch, config, remedies).run(findings);
    Measurement measured = measure ? new Measure(door, scratch).run() : null;
    new DeviceCheck(door, scratch, remedies).run(findings, server);
    return measured;
  }

  static Finding noRoom(Reply made) {
    return Finding.problem(
        Check.TIMESTAMPS,
        "what becomes of history cannot be tried: the homeserver makes no room (%s)"
            .formatted(made.words()),
        "see what the homeserver's log says of POST /_matrix/client/v3/createRoom");
  }

  /**
   * Looks only at what decides whether history arrives as it was, in about a second.
   *
   * @param patience how long one probe is repeated while the homeserver does not answer
   * @return the findings
   * @throws Unanswered where it did not answer for so long
   * @throws InterruptedException where the thread was told to stop
   */
  List<Finding> history(Duration patience) throws InterruptedException {
    Registration registration = RegistrationFile.read(config.appservice().registration());
    try (Door door = door(config, registration, patience)) {
      IdentityCheck identity = new IdentityCheck(door, config, registration, remedies);
      boolean clear = new ProxyCheck(door, config.homeserver().domain(), remedies).run(findings);
      if (!clear || !identity.run(findings)) {
        return findings.all();
      }
      try (Scratch scratch = new Scratch(door, config)) {
        if (identity.namespaces(findings, scratch)) {
          scratch.sweep();
          Reply made = scratch.make();
          if (made.ok()) {
            new HistoryCheck(door, scratch).run(findings);
            new RoomCheck(door, scratch, config, remedies).readBack(findings);
            new DeviceCheck(door, scratch, remedies).bound(findings);
          } else {
            findings.add(noRoom(made));
          }
        }
      }
    }
    return findings.all();
  }
}
