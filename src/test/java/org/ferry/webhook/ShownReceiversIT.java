package org.ferry.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ferry.id.Secret;
import org.ferry.lab.Ports;
import org.ferry.testing.NodeEnvironment;
import org.ferry.testing.PythonEnvironment;
import org.ferry.testing.Tier;
import org.ferry.testing.Wait;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** W-01: the receivers that the how-to shows, as they stand there, with their libraries. */
class ShownReceiversIT {
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final PythonEnvironment PYTHON =
      new PythonEnvironment("receiver", List.of("standardwebhooks==1.0.1"));
  private static final NodeEnvironment NODE =
      new NodeEnvironment("receiver-node", List.of("standardwebhooks@1.1.1", "express@5.1.0"));

  @TempDir Path folder;

  private final Random random = new Random(11);

  private static String shown(String language) throws IOException {
    Matcher code =
        Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("docs/how-to/receive-webhooks.md")));
    assertThat(code.find()).isTrue();
    return code.group(1);
  }

  private Process receiver(Path program, String language, String file, int port)
      throws IOException {
    String script = shown(language);
    assertThat(script).containsPattern("\\b3000\\b").contains("\"127.0.0.1\"");
    Path saved = folder.resolve(file);
    Path unused = Files.writeString(saved, script.replace("3000", "" + port));
    ProcessBuilder builder = new ProcessBuilder(program.toString(), saved.toString());
    String unusedSecret = builder.environment().put("SHOP_SECRET", SECRET);
    String unusedCoding = builder.environment().put("PYTHONIOENCODING", "utf-8");
    Process process =
        builder.redirectErrorStream(true).redirectOutput(folder.resolve("output").toFile()).start();
    Wait.until(Duration.ofSeconds(60), "the receiver listens", () -> listens(port));
    return process;
  }

  private static boolean listens(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static Poster poster(Vertx vertx, int port, String secret) {
    return new Poster(
        vertx,
        new Endpoint(
            "shop",
            URI.create("http://127.0.0.1:" + port + "/"),
            List.of(SigningSecret.of(Secret.of(secret))),
            new Endpoint.Rules(List.of("*"), List.of(), List.of("*"), List.of("*")),
            "now",
            Map.of(),
            List.of(AddressRange.of("127.0.0.1"))),
        new Guard(Guard.Resolver.system(), List.of()),
        InstantSource.system(),
        1);
  }

  private Post post(int n) {
    StringBuilder text = new StringBuilder("{\"data\":{\"body\":\"n" + n + " ");
    List<String> parts = List.of("a", "é", "😀", "\\u0000", "\\\"", "漢", " ", "\\n", "\u2028");
    for (int i = random.nextInt(200); i > 0; i--) {
      text.append(parts.get(random.nextInt(parts.size())));
    }
    byte[] body = text.append("\"}}").toString().getBytes(StandardCharsets.UTF_8);
    return new Post("msg_" + n, 1, false, false, Buffer.buffer(body), "");
  }

  @Test
  void theOneInPythonTakesEveryBodyAndNothingThatAnotherSigned() throws Exception {
    int port = Ports.free();
    takesEveryBody(receiver(PYTHON.python(), "python", "receiver.py", port), port);
  }

  @Test
  void theOneInNodeTakesEveryBodyAndNothingThatAnotherSigned() throws Exception {
    int port = Ports.free();
    Path modules = Files.createSymbolicLink(folder.resolve("node_modules"), NODE.modules());
    try {
      takesEveryBody(receiver(NODE.node(), "js", "hook.mjs", port), port);
    } finally {
      Files.delete(modules);
    }
  }

  private void takesEveryBody(Process receiver, int port) throws Exception {
    int count = Tier.Count.SIGNED_POSTS.now();
    Vertx vertx = Vertx.vertx();
    try (Poster shop = poster(vertx, port, SECRET);
        Poster stranger = poster(vertx, port, SECRET.replace("whsec_M", "whsec_N"))) {
      for (int i = 0; i < count; i++) {
        assertThat(shop.send(post(i)).words()).as("post " + i).isEqualTo("answered 204");
      }
      assertThat(stranger.send(post(count)).taken()).isFalse();
    } finally {
      vertx.close().await();
      receiver.destroy();
      int unused = receiver.waitFor();
    }
    String output = Files.readString(folder.resolve("output"));
    assertThat(output).contains("n0 ", "n" + (count - 1) + " ").doesNotContain("n" + count + " ");
    assertThat(output).contains("WebhookVerificationError");
  }
}
