package org.ferry.checkup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.ferry.config.Config;
import org.ferry.id.Sha256;
import org.ferry.matrix.event.Json;

/**
 * Keeps {@code migrate} from beginning where history would not arrive as it was. What was found is
 * remembered for a day and for the same server and configuration, so that not every run asks again;
 * what blocks is asked again each time, because somebody has perhaps put it right.
 */
public final class Gate {
  private static final Duration GOOD_FOR = Duration.ofDays(1);

  /** The fingerprint of no server. */
  private static final String UNKNOWN = "";

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Config config;
  private final InstantSource clock;
  private final Memory memory;

  /**
   * A gate.
   *
   * @param config the configuration
   * @param clock what time it is
   * @param memory what earlier checkups found
   */
  public Gate(Config config, InstantSource clock, Memory memory) {
    this.config = config;
    this.clock = clock;
    this.memory = memory;
  }

  /**
   * Passes, or says why not. Asks the homeserver unless that was done lately; what is made there
   * for it is gone when this returns.
   *
   * @param accepted what the plan accepts and is no hindrance
   * @throws Blocked where history would not arrive as it was, or that could not be tried
   * @throws InterruptedException where the thread was told to stop
   */
  public void pass(Set<Check> accepted) throws InterruptedException {
    try {
      String server = fingerprint(PATIENCE);
      Optional<Kept> kept = kept().filter(k -> k.server().equals(server) && fresh(k));
      if (kept.isPresent() && blocking(kept.get().blocking(), accepted).isEmpty()) {
        return;
      }
      List<Finding> findings = new Checkup(config, clock, f -> {}).history(PATIENCE);
      keep(server, findings);
      raise(findings, accepted);
    } catch (Unanswered e) {
      throw new Blocked(
          List.of(
              Finding.problem(
                  Check.HOMESERVER,
                  "what becomes of history could not be tried: " + e.reason(),
                  "see the homeserver's log, then run the same command again")));
    }
  }

  /**
   * Says what an earlier checkup of this server and configuration found, without writing anything
   * to the homeserver.
   *
   * @param accepted what the plan accepts and is no hindrance
   * @return a sentence for the person
   * @throws Blocked where history would not arrive as it was
   * @throws InterruptedException where the thread was told to stop
   */
  public String recall(Set<Check> accepted) throws InterruptedException {
    Optional<Kept> kept = Optional.empty();
    try {
      String server = fingerprint(Duration.ZERO);
      kept = kept().filter(k -> k.server().equals(server));
    } catch (Unanswered e) {
      // reason: who asks for a rehearsal is told elsewhere that nothing answers.
      kept = Optional.empty();
    }
    if (kept.isEmpty()) {
      return "Whether this homeserver takes history as it was has not been tried: ferry doctor does, and ferry migrate before it begins.";
    }
    raise(kept.get().blocking(), accepted);
    return "This homeserver takes history as it was (tried " + kept.get().at() + ").";
  }

  /**
   * Remembers what a whole checkup found; one that broke off says nothing, and what an earlier one
   * found is not believed any more.
   *
   * @param report the checkup
   * @throws InterruptedException where the thread was told to stop
   */
  public void keep(Report report) throws InterruptedException {
    try {
      keep(report.decidesHistory() ? fingerprint(Duration.ZERO) : UNKNOWN, report.findings());
    } catch (Unanswered e) {
      // reason: what does not answer is asked again by the next run.
      return;
    }
  }

  private static List<Finding> blocking(List<Finding> findings, Set<Check> accepted) {
    return findings.stream().filter(f -> f.blocks() && !accepted.contains(f.check())).toList();
  }

  private static void raise(List<Finding> findings, Set<Check> accepted) {
    List<Finding> blocking = blocking(findings, accepted);
    if (!blocking.isEmpty()) {
      throw new Blocked(blocking);
    }
  }

  private void keep(String server, List<Finding> findings) {
    ObjectNode json = Json.object().put("server", server).put("at", clock.instant().toString());
    ArrayNode list = json.putArray("blocking");
    for (Finding f : findings) {
      if (f.blocks()) {
        list.addObject()
            .put("check", f.check().name())
            .put("text", f.text())
            .put("remedy", f.remedy());
      }
    }
    memory.keep(name(), Json.text(json));
  }

  private record Kept(String server, Instant at, List<Finding> blocking) {}

  private Optional<Kept> kept() {
    return memory.find(name()).map(Json::parseObject).map(Gate::kept);
  }

  private static Kept kept(ObjectNode json) {
    List<Finding> blocking = new ArrayList<>();
    for (JsonNode f : json.path("blocking")) {
      Check check = Check.valueOf(f.path("check").asText().toUpperCase(Locale.ROOT));
      blocking.add(Finding.problem(check, f.path("text").asText(), f.path("remedy").asText()));
    }
    return new Kept(
        json.path("server").asText(), Instant.parse(json.path("at").asText()), blocking);
  }

  private boolean fresh(Kept kept) {
    return Duration.between(kept.at(), clock.instant()).compareTo(GOOD_FOR) < 0;
  }

  private String name() {
    return "checkup " + config.homeserver().domain();
  }

  /** Changes with the homeserver's version, with the configuration and with the registration. */
  private String fingerprint(Duration patience) throws InterruptedException {
    Reply versions;
    try (Door door = Checkup.door(config, null, patience)) {
      versions = door.ask(Ask.get("/_matrix/client/versions").anonymous());
    }
    return hash(
        String.join(
            "\n",
            config.homeserver().address(),
            config.homeserver().domain(),
            config.rooms().version(),
            config.identities().usernameTemplate(),
            config.identities().mode(),
            versions.header("server"),
            versions.text(),
            registration()));
  }

  private String registration() {
    try {
      return Files.readString(config.appservice().registration());
    } catch (IOException e) {
      // reason: a registration that cannot be read is told by whoever reads it next.
      return "";
    }
  }

  private static String hash(String text) {
    return HexFormat.of().formatHex(Sha256.of(text), 0, 16);
  }
}
