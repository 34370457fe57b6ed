package org.ferry.matrix.appservice;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import org.ferry.id.Secret;
import org.jspecify.annotations.Nullable;

/**
 * Lets only the homeserver pass. Runs on the head of a request: who shows no token cannot make us
 * read a body.
 */
final class TokenCheck implements Handler<RoutingContext> {
  private static final String BEARER = "Bearer ";

  private final Secret hsToken;
  private final Runnable refused;

  TokenCheck(Secret hsToken, Runnable refused) {
    this.hsToken = hsToken;
    this.refused = refused;
  }

  @Override
  public void handle(RoutingContext ctx) {
    String shown = shown(ctx);
    if (shown == null) {
      refused.run();
      Replies.hangUp(ctx, 401, "M_MISSING_TOKEN", "no token");
    } else if (!hsToken.matches(shown)) {
      refused.run();
      Replies.hangUp(ctx, 403, "M_FORBIDDEN", "wrong token");
    } else {
      ctx.next();
    }
  }

  /** The header, or the query parameter of homeservers that know only that. */
  private static @Nullable String shown(RoutingContext ctx) {
    String header = ctx.request().getHeader(HttpHeaders.AUTHORIZATION);
    if (header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return header.substring(BEARER.length()).strip();
    }
    return ctx.request().getParam("access_token");
  }
}
