package org.ferry.matrix.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.ferry.matrix.event.Json;

/** Finds a homeserver by its name (client-server API, "Server Discovery"). Blocks. */
public final class WellKnown {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final int LARGEST = 64 * 1024;

  private WellKnown() {}

  /**
   * The address of a homeserver's client API: what {@code /.well-known/matrix/client} says, or
   * {@code https://} and the name itself where there is no such file or no address in it.
   *
   * @param serverName the part after the colon in user ids
   * @param remedy what else whoever asks can do: the end of a sentence that begins with "or"
   * @return without trailing slash
   * @throws Unreachable where nothing answers under that name, or the web server there fails: what
   *     it would say is not known, so nothing is assumed
   */
  public static String address(String serverName, String remedy) {
    return address(serverName, "https://" + serverName, remedy);
  }

  static String address(String serverName, String plain, String remedy) {
    try (HttpClient http =
        HttpClient.newBuilder()
            .connectTimeout(PATIENCE)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(plain + "/.well-known/matrix/client"))
              .timeout(PATIENCE)
              .build();
      HttpResponse<InputStream> answer = http.send(request, BodyHandlers.ofInputStream());
      try (InputStream body = answer.body()) {
        String said =
            switch (answer.statusCode()) {
              case 200 -> said(body.readNBytes(LARGEST + 1));
              case 404 -> "";
              default -> throw failing(plain, answer.statusCode(), remedy);
            };
        return said.isEmpty() ? plain : said;
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new Unreachable(
          plain,
          "nothing answers under the name %s (%s): see that it is spelled right, or %s"
              .formatted(serverName, plain + "/.well-known/matrix/client", remedy));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Unreachable(plain, "stopped while looking for the homeserver " + serverName);
    }
  }

  private static Unreachable failing(String plain, int status, String remedy) {
    return new Unreachable(
        plain,
        "%s/.well-known/matrix/client answers %d: where the homeserver is cannot be known until it answers 200 or 404; wait for that, or %s"
            .formatted(plain, status, remedy));
  }

  /** The address in the answer, or the empty string. */
  private static String said(byte[] body) {
    if (body.length > LARGEST) {
      return "";
    }
    try {
      String base = Json.parseObject(body).path("m.homeserver").path("base_url").asText("");
      return base.matches("https?://[^\\s?#]+") ? base.replaceAll("/+$", "") : "";
    } catch (IllegalArgumentException e) {
      return "";
    }
  }
}
