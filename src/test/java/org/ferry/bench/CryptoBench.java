package org.ferry.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.IntToDoubleFunction;
import org.ferry.crypto.vodozemac.Curve25519Key;
import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.crypto.vodozemac.MegolmOutbound;
import org.ferry.crypto.vodozemac.OlmAccount;
import org.ferry.crypto.vodozemac.OlmMessage;
import org.ferry.crypto.vodozemac.OlmSession;
import org.ferry.crypto.vodozemac.Vodozemac;

/**
 * The binding against vodozemac's own Python package: {@code MESSAGES PYTHON SCRIPT}. Both take
 * turns; the figures are of processor time, so that other programs weigh less.
 */
public final class CryptoBench {
  private static final int ROUNDS = 5;
  private static final byte[] TEXT =
      ("{\"type\":\"m.room.message\",\"content\":{\"body\":\"" + "x".repeat(456) + "\"}}")
          .getBytes(UTF_8);
  private static final byte[] KEY = new byte[32];

  private CryptoBench() {}

  /** Measures and prints. */
  public static void main(String[] args) throws IOException, InterruptedException {
    int count = Integer.parseInt(args[0]);
    System.out.printf("%s; load %s%n", Machine.facts(), Machine.load());
    System.out.printf(
        "libvodozemac %s; %,d messages of %d bytes a round, %d rounds, medians%n%n",
        Vodozemac.version(), count, TEXT.length, ROUNDS);
    System.out.printf(
        "%-44s %10s %10s %8s%n", "one thread, processor time", "Ferry", "Python", "F/P");
    for (Map.Entry<String, IntToDoubleFunction> each : measurements().entrySet()) {
      compare(each.getKey(), each.getValue(), count, List.of(args[1], args[2]));
    }
    System.out.printf(
        "%nload %s; handles left open: %d%n", Machine.load(), Vodozemac.openHandles());
  }

  private static Map<String, IntToDoubleFunction> measurements() {
    Map<String, IntToDoubleFunction> all = new LinkedHashMap<>();
    all.put("megolm: decrypt", CryptoBench::megolm);
    all.put("olm: decrypt, one chain", CryptoBench::olm);
    all.put("turns: olm, encrypt and decrypt, taking turns", CryptoBench::turns);
    all.put("pickle: open a megolm session", CryptoBench::pickle);
    return all;
  }

  private static void compare(String what, IntToDoubleFunction ours, int count, List<String> python)
      throws IOException, InterruptedException {
    // The compiler needs some rounds before it has settled.
    double unused = ours.applyAsDouble(count);
    List<Double> here = new ArrayList<>();
    List<Double> there = new ArrayList<>();
    for (int i = 0; i < ROUNDS; i++) {
      here.add(ours.applyAsDouble(count));
      there.add(python(python, what.substring(0, what.indexOf(':')), count));
    }
    double f = median(here);
    double p = median(there);
    System.out.printf(
        Locale.ROOT, "%-44s %7.1f µs %7.1f µs %8.2f%n", what, f / 1000, p / 1000, f / p);
  }

  private static double median(List<Double> values) {
    return values.stream().sorted(Comparator.naturalOrder()).toList().get(values.size() / 2);
  }

  private static double python(List<String> python, String what, int count)
      throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(python);
    line.addAll(List.of(what, String.valueOf(count)));
    Process process =
        new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", line) + " failed");
    }
    return Double.parseDouble(out);
  }

  private static double timed(int count, IntConsumer call) {
    var threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();
    for (int i = 0; i < count; i++) {
      call.accept(i);
    }
    return (threads.getCurrentThreadCpuTime() - start) / (double) count;
  }

  private static void require(byte[] plaintext) {
    if (plaintext.length != TEXT.length) {
      throw new IllegalStateException("another plaintext came back");
    }
  }

  private static double megolm(int count) {
    try (MegolmOutbound out = MegolmOutbound.create();
        MegolmInbound in = MegolmInbound.fromSessionKey(out.sessionKey())) {
      List<String> texts = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        texts.add(out.encrypt(TEXT));
      }
      return timed(count, i -> require(in.decrypt(texts.get(i)).plaintext()));
    }
  }

  /** Two ends of a session in which both have written. */
  private record Ends(OlmSession a, OlmSession b) implements AutoCloseable {
    static Ends make() {
      try (OlmAccount alice = OlmAccount.create();
          OlmAccount bob = OlmAccount.create()) {
        alice.generateOneTimeKeys(1);
        Curve25519Key key = alice.oneTimeKeys().values().iterator().next();
        OlmSession b = bob.createOutboundSession(alice.identityKeys().curve25519(), key);
        OlmSession a =
            alice.createInboundSession(bob.identityKeys().curve25519(), b.encrypt(TEXT)).session();
        require(b.decrypt(a.encrypt(TEXT)));
        return new Ends(a, b);
      }
    }

    @Override
    public void close() {
      a.close();
      b.close();
    }
  }

  private static double olm(int count) {
    try (Ends ends = Ends.make()) {
      List<OlmMessage> messages = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        messages.add(ends.b.encrypt(TEXT));
      }
      return timed(count, i -> require(ends.a.decrypt(messages.get(i))));
    }
  }

  private static double turns(int count) {
    try (Ends ends = Ends.make()) {
      return timed(
              count / 4,
              i -> {
                require(ends.b.decrypt(ends.a.encrypt(TEXT)));
                require(ends.a.decrypt(ends.b.encrypt(TEXT)));
              })
          / 2;
    }
  }

  private static double pickle(int count) {
    try (MegolmOutbound out = MegolmOutbound.create();
        MegolmInbound in = MegolmInbound.fromSessionKey(out.sessionKey())) {
      String pickle = in.pickle(KEY);
      return timed(count, i -> MegolmInbound.fromPickle(pickle, KEY).close());
    }
  }
}
