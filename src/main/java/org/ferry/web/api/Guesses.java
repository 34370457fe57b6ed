package org.ferry.web.api;

import io.vertx.core.net.SocketAddress;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.ferry.id.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * Keeps tokens from being guessed: so many wrong ones a minute from each address. Beyond that a
 * token is not even looked at, except one that came in from there before: whoever shares an address
 * with one who guesses goes on. A new one waits for seconds. Safe for use by many threads.
 */
final class Guesses {
  /** Wrong tokens in a minute, a minute's worth at once. */
  static final int A_MINUTE = 60;

  /** The word for programs of who has to wait. */
  static final String TOO_MANY = "too_many_wrong_tokens";

  private static final int MOST_REMEMBERED = 10_000;

  private final Tokens tokens;
  private final InstantSource clock;
  private final RateLimit wrong;
  private final Map<String, Boolean> welcome =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
          return size() > MOST_REMEMBERED;
        }
      };

  /** Counts for the tokens that are known. */
  Guesses(Tokens tokens, InstantSource clock) {
    this.tokens = tokens;
    this.clock = clock;
    this.wrong = new RateLimit(A_MINUTE, clock);
  }

  /**
   * Who shows a token.
   *
   * @param from the address that it came from; null where it is not known
   * @param shown the token
   * @throws Problem 401, or 429 where too many wrong ones came from there
   */
  Caller caller(@Nullable SocketAddress from, String shown) {
    String address = address(from);
    String visit = address + " " + Sha256.hex(shown);
    if (!isWelcome(visit)) {
      long seconds = wrong.pause(address);
      if (seconds > 0) {
        throw new Problem(
                429,
                TOO_MANY,
                "too many wrong tokens came from your address; wait " + seconds + " s")
            .with("Retry-After", String.valueOf(seconds));
      }
    }
    try {
      Caller caller = tokens.byToken(shown);
      welcome(visit);
      return caller;
    } catch (Problem e) {
      wrong.spend(address);
      throw e;
    }
  }

  /** How long somebody who came in may stay. */
  Stay stay(Caller caller, String shown) {
    return new Stay(caller, shown, tokens, clock);
  }

  private boolean isWelcome(String visit) {
    synchronized (welcome) {
      return welcome.get(visit) != null;
    }
  }

  private void welcome(String visit) {
    synchronized (welcome) {
      Boolean unused = welcome.put(visit, true);
    }
  }

  /** One of IPv6 stands for its network, which a single person may have all of. */
  private static String address(@Nullable SocketAddress from) {
    String host = from == null ? "" : Objects.requireNonNullElse(from.hostAddress(), "");
    return host.contains(":")
        ? Arrays.stream(host.split(":", -1)).limit(4).collect(Collectors.joining(":"))
        : host;
  }
}
