package org.ferry.app;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.ferry.checkup.Receiving;
import org.ferry.config.Config;
import org.ferry.webhook.Endpoint;
import org.ferry.webhook.Guard;
import org.ferry.webhook.Refused;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tries whether the configured webhooks can be posted to, without posting anything. */
final class Reach {
  private static final Logger LOG = LoggerFactory.getLogger(Reach.class);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private Reach() {}

  /** Connects to each endpoint, one after the other, for at most five seconds each. */
  static List<Receiving> of(Config config) {
    Guard guard = WebhookPart.guard(config);
    return config.webhooks().stream().map(e -> reach(guard, e)).toList();
  }

  /**
   * Which webhooks nothing will be posted to because of where they lead, each as a sentence with
   * the remedy. Asks the name server and connects to nothing; a name without an address is left to
   * the deliveries, which try again.
   */
  static List<String> closed(Config config) {
    Guard guard = WebhookPart.guard(config);
    List<String> closed = new ArrayList<>();
    for (Endpoint endpoint : config.webhooks()) {
      try {
        var unused = guard.addresses(endpoint.url(), endpoint.allowPrivate());
      } catch (Refused e) {
        closed.add(
            "webhook %s: nothing is posted there: %s; %s"
                .formatted(endpoint.name(), e.getMessage(), allow(endpoint.name())));
      } catch (UnknownHostException e) {
        LOG.debug("event=webhook_unknown_host endpoint={}", endpoint.name());
      }
    }
    return closed;
  }

  private static String allow(String name) {
    return "in Ferry's configuration, in the entry %s of webhooks, name the address in allow_private, or correct its url"
        .formatted(name);
  }

  private static Receiving reach(Guard guard, Endpoint endpoint) {
    String name = endpoint.name();
    String host = endpoint.url().getAuthority();
    try {
      connect(guard.addresses(endpoint.url(), endpoint.allowPrivate()));
      return new Receiving(name, host, null, null);
    } catch (Refused e) {
      return new Receiving(name, host, "nothing is posted there: " + e.getMessage(), allow(name));
    } catch (UnknownHostException e) {
      return new Receiving(
          name,
          host,
          "the name %s has no address".formatted(endpoint.url().getHost()),
          "correct the url of %s in webhooks, or the name server".formatted(name));
    } catch (IOException e) {
      String why =
          e instanceof SocketTimeoutException
              ? "no connection within %d s".formatted(PATIENCE.toSeconds())
              : String.valueOf(e.getMessage());
      return new Receiving(
          name,
          host,
          "%s takes no connection (%s); what waits is tried again".formatted(host, why),
          "start the receiver, then: ferry webhooks test " + name);
    }
  }

  /** One of them is enough, as it is to who posts. */
  private static void connect(List<InetSocketAddress> addresses) throws IOException {
    int each = (int) PATIENCE.toMillis() / addresses.size();
    for (InetSocketAddress address : addresses.subList(0, addresses.size() - 1)) {
      try {
        connect(address, each);
        return;
      } catch (IOException e) {
        LOG.debug("event=webhook_address_closed address={} {}", address, e.toString());
      }
    }
    connect(addresses.getLast(), each);
  }

  private static void connect(InetSocketAddress address, int millis) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(address, Math.max(1, millis));
    }
  }
}
