package org.ferry.web.api;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.ferry.id.Sha256;
import org.ferry.id.UserId;
import org.ferry.live.provision.Sessions;
import org.jspecify.annotations.Nullable;

/** Knows callers by what they show. Hashes are compared, all of them, in constant time. */
final class Tokens {
  private static final String BEARER = "Bearer ";
  private static final String SESSION = "ferry_session_";
  private static final int LONGEST = 1024;

  private final List<Known> known = new ArrayList<>();
  private final Sessions sessions;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  private static final class Known {
    private final byte[] hash;
    private final Caller caller;

    Known(byte[] hash, Caller caller) {
      this.hash = hash;
      this.caller = caller;
    }
  }

  Tokens(List<ApiOptions.Token> tokens, Sessions sessions, InstantSource clock) {
    this.sessions = sessions;
    this.clock = clock;
    for (ApiOptions.Token token : tokens) {
      boolean unused = known.add(new Known(Sha256.of(token.secret().reveal()), Caller.of(token)));
    }
  }

  /**
   * The token in a header {@code Authorization}.
   *
   * @param header null where there is none
   */
  static String shown(@Nullable String header) {
    if (header == null || !header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      throw new Problem(
              401, "missing_token", "send a token of api.tokens as Authorization: Bearer TOKEN")
          .with("WWW-Authenticate", "Bearer realm=\"ferry\"");
    }
    return header.substring(BEARER.length()).strip();
  }

  /** Who shows a token. */
  Caller byToken(String shown) {
    Caller found = null;
    if (shown.length() <= LONGEST) {
      byte[] hash = Sha256.of(shown);
      for (Known token : known) {
        if (MessageDigest.isEqual(token.hash, hash)) {
          found = token.caller;
        }
      }
      if (found == null && shown.startsWith(SESSION)) {
        found = sessions.find(hash, clock.instant()).flatMap(this::session).orElse(null);
      }
    }
    if (found == null) {
      throw new Problem(401, "wrong_token", "this token is not known, or its session has ended")
          .with("WWW-Authenticate", "Bearer realm=\"ferry\", error=\"invalid_token\"");
    }
    return found;
  }

  /** A session is none any more when the token that made it is gone. */
  private Optional<Caller> session(Sessions.Session session) {
    return known.stream()
        .map(token -> token.caller)
        .filter(maker -> maker.name().equals(session.by()))
        .map(maker -> maker.session(session.user()))
        .findFirst();
  }

  /** A new session's token, and when it ends. */
  record Session(String token, Instant expires) {
    @Override
    public String toString() {
      return "session until " + expires;
    }
  }

  /** Begins a session of a user. */
  Session begin(UserId user, String by, Duration ttl) {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    String token = SESSION + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    Instant expires = clock.instant().plus(ttl);
    sessions.begin(Sha256.of(token), user, by, expires);
    return new Session(token, expires);
  }
}
