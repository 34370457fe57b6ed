package org.ferry.matrix.appservice;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.ferry.id.RoomAlias;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a homeserver asks of an application service (specification, Application Service API), in its
 * present and its older paths.
 *
 * <p>A transaction is handed on as it came, whatever is in it, and answered once it is stored. The
 * token is checked before a body is read.
 */
public final class AppserviceRoutes {
  /** The largest transaction taken. A legal one of Synapse's can have over 13 million bytes. */
  public static final long LARGEST_BODY = 64L * 1024 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(AppserviceRoutes.class);
  private static final String V1 = "/_matrix/app/v1";
  private static final String APPSERVICE_PATHS = "^/(_matrix/app|transactions|users|rooms)/.*";

  private final Secret hsToken;
  private final TransactionInbox inbox;
  private final Namespaces namespaces;
  private final Runnable refused;

  /**
   * Makes the routes.
   *
   * @param hsToken what the homeserver must show
   * @param inbox where transactions go
   * @param namespaces who knows which names are Ferry's
   */
  public AppserviceRoutes(Secret hsToken, TransactionInbox inbox, Namespaces namespaces) {
    this(hsToken, inbox, namespaces, () -> {});
  }

  /**
   * Makes the routes.
   *
   * @param hsToken what the homeserver must show
   * @param inbox where transactions go
   * @param namespaces who knows which names are Ferry's
   * @param refused run where somebody shows no token or a wrong one; must be quick
   */
  public AppserviceRoutes(
      Secret hsToken, TransactionInbox inbox, Namespaces namespaces, Runnable refused) {
    this.hsToken = hsToken;
    this.inbox = inbox;
    this.namespaces = namespaces;
    this.refused = refused;
  }

  /**
   * Puts the routes into a router. Other paths of the router are left alone.
   *
   * @param vertx whose event loops serve it
   * @return a router with these routes
   */
  public Router router(Vertx vertx) {
    Router router = Router.router(vertx);
    router.routeWithRegex(APPSERVICE_PATHS).handler(new TokenCheck(hsToken, refused));
    router
        .routeWithRegex(APPSERVICE_PATHS)
        .handler(BodyHandler.create(false).setBodyLimit(LARGEST_BODY));
    for (String prefix : List.of(V1, "")) {
      router.put(prefix + "/transactions/:id").handler(this::transaction);
      router.get(prefix + "/users/:id").handler(this::user);
      router.get(prefix + "/rooms/:id").handler(this::room);
    }
    router.post(V1 + "/ping").handler(ctx -> Replies.ok(ctx, Json.object()));
    router
        .get(V1 + "/thirdparty/protocol/:id")
        .handler(ctx -> Replies.error(ctx, 404, "M_NOT_FOUND", "no such protocol"));
    router
        .routeWithRegex("^" + V1 + "/thirdparty/(user|location)(/.*)?")
        .handler(ctx -> Replies.ok(ctx, Json.array()));
    router
        .routeWithRegex(APPSERVICE_PATHS)
        .handler(ctx -> Replies.error(ctx, 404, "M_UNRECOGNIZED", "no such endpoint"))
        .failureHandler(Replies::failure);
    router.routeWithRegex(APPSERVICE_PATHS).failureHandler(Replies::failure);
    return router;
  }

  private void transaction(RoutingContext ctx) {
    String id = id(ctx);
    Buffer body = ctx.body().buffer();
    byte[] raw = body == null ? new byte[0] : body.getBytes();
    onVirtualThread(
        ctx,
        "transaction",
        () -> {
          inbox.store(id, raw);
          return true;
        });
  }

  private void user(RoutingContext ctx) {
    String id = id(ctx);
    onVirtualThread(ctx, "query", () -> UserId.isValid(id) && namespaces.knowsUser(new UserId(id)));
  }

  private void room(RoutingContext ctx) {
    String alias = id(ctx);
    onVirtualThread(
        ctx,
        "query",
        () -> RoomAlias.isValid(alias) && namespaces.knowsAlias(new RoomAlias(alias)));
  }

  private static String id(RoutingContext ctx) {
    return Objects.requireNonNullElse(ctx.pathParam("id"), "");
  }

  /** 200 for true, 404 for false, 503 for a failure, so that the homeserver asks again. */
  private static void onVirtualThread(RoutingContext ctx, String what, Callable<Boolean> work) {
    Thread unused =
        Thread.ofVirtual()
            .name("appservice-" + what)
            .start(() -> {
              try {
                if (work.call()) {
                  Replies.ok(ctx, Json.object());
                } else {
                  Replies.error(ctx, 404, "M_NOT_FOUND", "not known here");
                }
              } catch (Exception e) {
                LOG.error(
                    "event=appservice_{}_not_taken the homeserver will repeat it: {}",
                    what,
                    words(e));
                LOG.debug("why it was not taken", e);
                Replies.error(ctx, 503, "M_UNKNOWN", "not stored, please repeat");
              }
            });
  }

  private static String words(Exception e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
