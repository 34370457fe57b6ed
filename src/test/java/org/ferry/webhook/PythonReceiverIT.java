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
import org.ferry.testing.PythonEnvironment;
import org.ferry.testing.Tier;
import org.ferry.testing.Wait;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** W-01: the receiver that the how-to shows, as it stands there, with the library for Python. */
class PythonReceiverIT {
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final PythonEnvironment PYTHON =
      new PythonEnvironment("receiver", List.of("standardwebhooks==1.0.1"));

  @TempDir Path folder;

  private final Random random = new Random(11);

  private static String shown() throws IOException {
    Matcher code =
        Pattern.compile("```python\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("docs/how-to/receive-webhooks.md")));
    assertThat(code.find()).isTrue();
    return code.group(1);
  }

  private Process receiver(int port) throws IOException {
    String script = shown();
    assertThat(script).contains("(\"127.0.0.1\", 3000)");
    Path file = folder.resolve("receiver.py");
    Path unused = Files.writeString(file, script.replace("3000)", port + ")"));
    ProcessBuilder builder = new ProcessBuilder(PYTHON.python().toString(), file.toString());
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
  void takesEveryBodyAndNothingThatAnotherSigned() throws Exception {
    int port = Ports.free();
    int count = Tier.Count.SIGNED_POSTS.now();
    Process receiver = receiver(port);
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
