package org.ferry.bench;

import static org.ferry.bench.Machine.say;

import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.ferry.lab.Lab;
import org.ferry.lab.SynapseServer;
import org.ferry.lab.SynapseSettings;
import org.ferry.store.embedded.FerryCache;

/**
 * Runs the same faults against {@code ferry run} and against the outbound hooks of a
 * matrix-hookshot, beside each other: in the same rooms of one homeserver, with one receiver.
 * {@code bench/hookshot} starts it; {@code bench/README.md} says what it prints.
 */
public final class HookshotBench {
  private static final String DOMAIN = "beside.example.org";
  private static final String PARTS = "order,hang,restart,kill,proof,addresses,outage";
  private static final String APP = "lib/App/BridgeApp.js";

  private final Path work;
  private final Map<String, String> options;
  private final List<String[]> table = new ArrayList<>();

  private HookshotBench(Path work, Map<String, String> options) {
    this.work = work;
    this.options = options;
  }

  /**
   * Measures.
   *
   * @param args {@code --hookshot DIR --node PROGRAM --redis PROGRAM --parts A,B --work DIR}
   */
  public static void main(String[] args) throws Exception {
    Map<String, String> options = Machine.options(args);
    Path work = Path.of(options.getOrDefault("work", "target/bench-hookshot")).toAbsolutePath();
    Path built = Path.of(options.getOrDefault("hookshot", "")).toAbsolutePath();
    if (!Files.exists(built.resolve(APP))) {
      say("%s holds no built matrix-hookshot: %s is missing", built, APP);
      System.exit(2);
    }
    new HookshotBench(work, options).run(built);
  }

  private void run(Path built) throws Exception {
    Vertx vertx = Vertx.vertx();
    String node = options.getOrDefault("node", "node");
    say("# %s; load average %s before", Machine.facts(), Machine.load());
    try (Lab lab = Lab.open(work.resolve("lab"), FerryCache.standard(), l -> say("# %s", l));
        Postbox postbox = new Postbox(vertx, "127.0.0.1", "::1", Faults.METADATA.getFirst());
        FerryContender ferry =
            new FerryContender(Machine.fresh(work.resolve("ferry")), DOMAIN, postbox);
        HookshotContender hookshot =
            new HookshotContender(
                built,
                node,
                options.get("redis"),
                Machine.fresh(work.resolve("hookshot")),
                DOMAIN,
                postbox)) {
      lab.forget("beside");
      SynapseServer server =
          lab.start(
              SynapseSettings.of("beside", DOMAIN)
                  .withAppServices(ferry.registration(), hookshot.registration()));
      ferry.at(server.baseUrl());
      hookshot.at(server.baseUrl());
      ferry.start();
      hookshot.start();
      var faults =
          new Faults(server, postbox, List.of(ferry, hookshot), (what, a, b) -> row(what, a, b));
      for (String part : List.of(options.getOrDefault("parts", PARTS).split(","))) {
        say("# %s", part);
        part(faults, part);
      }
    } finally {
      vertx.close().await();
    }
    print();
    say("# load average afterwards: %s", Machine.load());
  }

  private static void part(Faults faults, String part) throws Exception {
    switch (part) {
      case "order" -> faults.order();
      case "hang" -> faults.hang();
      case "restart" -> faults.restart();
      case "kill" -> faults.kill();
      case "proof" -> faults.proof();
      case "addresses" -> faults.addresses();
      case "outage" -> faults.outage();
      default -> throw new IllegalArgumentException("no part: " + part + "; there are " + PARTS);
    }
  }

  private void row(String what, String ferry, String hookshot) {
    say("  %s: ferry %s; hookshot %s", what, ferry, hookshot);
    table.add(new String[] {what, ferry, hookshot});
  }

  private void print() {
    say("");
    say("| | `ferry run` | hookshot |");
    say("| --- | --- | --- |");
    table.forEach(r -> say("| %s | %s | %s |", r[0], r[1], r[2]));
    say("");
  }
}
