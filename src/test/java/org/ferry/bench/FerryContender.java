package org.ferry.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.ferry.config.ConfigException;
import org.ferry.config.ConfigLoader;
import org.ferry.config.Registration;
import org.ferry.config.RegistrationFile;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.lab.LabClient;
import org.ferry.lab.Ports;
import org.ferry.testing.FerryProcess;
import org.jspecify.annotations.Nullable;

/** {@code ferry run} from the jar, with a database of its own and one webhook. */
final class FerryContender implements Contender {
  private static final String KEY = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final long TOLERANCE = 300;
  private static final Duration ORDERLY = Duration.ofSeconds(30);

  private final Path folder;
  private final String domain;
  private final Postbox postbox;
  private final String pickle = PickleKey.random().text().reveal();
  private final int door = Ports.free();
  private final int api = Ports.free();
  private URI homeserver = URI.create("http://127.0.0.1:1");
  private @Nullable FerryProcess process;

  FerryContender(Path folder, String domain, Postbox postbox) throws IOException {
    this.folder = folder;
    this.domain = domain;
    this.postbox = postbox;
    Files.writeString(folder.resolve("hook.secret"), "whsec_" + KEY);
    configure("");
  }

  /** Its registration; made before the homeserver is there. */
  Path registration() throws IOException, ConfigException {
    Path file = folder.resolve("registration.yaml");
    RegistrationFile.write(file, Registration.fresh(new ConfigLoader(Map.of(), folder).load(null)));
    return file;
  }

  /** Where the homeserver turned out to be. */
  void at(URI address) throws IOException {
    homeserver = address;
    configure("");
  }

  private void configure(String more) throws IOException {
    String hook = webhook("bench", postbox.hook(name()), ", allow_private: [\"127.0.0.1\"]");
    Files.writeString(
        folder.resolve("config.yaml"),
        """
        homeserver: {address: "%s", domain: %s}
        appservice: {address: "http://127.0.0.1:%d", listen: "127.0.0.1:%d"}
        api: {listen: "127.0.0.1:%d"}
        webhooks:
        """
                .formatted(homeserver, domain, door, door, api)
            + hook
            + more);
  }

  private static String webhook(String name, String url, String more) {
    return "  - {name: %s, url: \"%s\", secret_file: hook.secret%s}%n".formatted(name, url, more);
  }

  @Override
  public String name() {
    return "ferry";
  }

  @Override
  public String bot() {
    return "@ferrybot:" + domain;
  }

  @Override
  public void start() {
    process =
        FerryProcess.ferry("run")
            .in(folder)
            .with("FERRY_PICKLE_KEY", pickle)
            .jvm(Machine.launcher("512m"))
            .start();
    String unused = running().awaitLine("event=ping_ok");
  }

  private FerryProcess running() {
    if (process == null) {
      throw new IllegalStateException("Ferry was not started");
    }
    return process;
  }

  @Override
  public void kill() {
    running().kill();
  }

  @Override
  public void hook(LabClient owner, String room) {
    // Its webhook is for all rooms.
  }

  @Override
  public void aim(LabClient owner, String room, List<String> urls) {
    var hooks = new StringBuilder();
    try {
      for (int i = 0; i < urls.size(); i++) {
        String allowed = urls.get(i).contains("/hop/") ? ", allow_private: [\"127.0.0.1\"]" : "";
        String hook = webhook("form-" + i, urls.get(i), ", rooms: [\"" + room + "\"]" + allowed);
        configure(hook);
        if (isAccepted()) {
          var unused = hooks.append(hook);
        }
      }
      configure(hooks.toString());
    } catch (IOException e) {
      throw new IllegalStateException("config.yaml cannot be written", e);
    }
    kill();
    start();
  }

  /** Whether its configuration can be loaded; with an unusual address it cannot. */
  private boolean isAccepted() throws IOException {
    try {
      var unused = new ConfigLoader(Map.of("FERRY_PICKLE_KEY", pickle), folder).load(null);
      return true;
    } catch (ConfigException e) {
      return false;
    }
  }

  @Override
  public boolean isGenuine(Postbox.Post post, long seconds) {
    Map<String, String> headers = post.headers();
    String at = headers.getOrDefault("webhook-timestamp", "0");
    String text = headers.get("webhook-id") + "." + at + "." + post.body();
    return Math.abs(seconds - Long.parseLong(at)) <= TOLERANCE
        && ("v1," + hmac(text)).equals(headers.get("webhook-signature"));
  }

  /** By Java alone, not by the classes that signed. */
  private static String hmac(String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(Base64.getDecoder().decode(KEY), "HmacSHA256"));
      return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java knows no HMAC-SHA256", e);
    }
  }

  @Override
  public long resident() {
    return Machine.residentMib(running().handle());
  }

  /** In order, so that its database ends with it. */
  @Override
  public void close() {
    if (process == null) {
      return;
    }
    try (FerryProcess ending = process) {
      ending.terminate();
      boolean unused = ending.ends(ORDERLY);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
