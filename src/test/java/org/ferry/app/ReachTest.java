package org.ferry.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.ferry.checkup.Receiving;
import org.ferry.config.Config;
import org.ferry.config.ConfigLoader;
import org.ferry.lab.Ports;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What doctor finds at addresses that really listen, and at some that do not. */
class ReachTest {
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  @TempDir Path folder;

  private Receiving reach(String url, String allowed) {
    List<Receiving> found = Reach.of(config(url, allowed));
    assertThat(found).hasSize(1);
    return found.getFirst();
  }

  private Config config(String url, String allowed) {
    String yaml =
        """
        homeserver: {address: "http://hs:8008", domain: new.example.org}
        webhooks: [{name: shop, url: "%s", secret: "%s", allow_private: [%s]}]
        """
            .formatted(url, SECRET, allowed);
    return new ConfigLoader(Map.of(), folder).load("config.yaml", yaml, folder);
  }

  @Test
  void whatADaemonPostsNothingToIsSaidWithoutConnecting() {
    String url = "http://127.0.0.1:" + Ports.free() + "/token";
    assertThat(Reach.closed(config(url, "127.0.0.1"))).isEmpty();
    assertThat(Reach.closed(config("https://nowhere.invalid/token", ""))).isEmpty();
    assertThat(Reach.closed(config(url, "")))
        .singleElement()
        .asString()
        .contains("webhook shop", "127.0.0.1", "not public", "allow_private")
        .doesNotContain("token");
  }

  @Test
  void oneThatListensIsFine() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String host = "127.0.0.1:" + socket.getLocalPort();
      assertThat(reach("http://" + host + "/hook?token=x", "127.0.0.1"))
          .isEqualTo(new Receiving("shop", host, null, null));
    }
  }

  @Test
  void onePrivateAddressThatNobodyAllowedIsToldEvenWhereItListens() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Receiving found = reach("http://127.0.0.1:" + socket.getLocalPort() + "/", "");
      assertThat(found.trouble()).contains("nothing is posted there", "127.0.0.1", "not public");
      assertThat(found.remedy()).contains("entry shop of webhooks", "allow_private");
    }
  }

  @Test
  void oneThatIsDownOrHasNoAddressIsToldWithoutItsPath() throws IOException {
    Receiving down = reach("http://127.0.0.1:" + Ports.free() + "/token", "127.0.0.1");
    assertThat(down.trouble())
        .contains("takes no connection (Connection refused)")
        .doesNotContain("token");
    assertThat(down.remedy()).contains("ferry webhooks test shop");
    assertThat(reach("https://nowhere.invalid/token", "").trouble())
        .isEqualTo("the name nowhere.invalid has no address");
  }
}
