package org.ferry.web.api;

import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.ferry.live.Typing;
import org.ferry.live.message.Messages;
import org.ferry.live.message.RoomCards;
import org.ferry.live.provision.People;
import org.ferry.live.provision.Rooms;
import org.ferry.live.provision.Sessions;
import org.ferry.live.provision.Talk;
import org.ferry.live.watch.Figures;
import org.ferry.live.watch.MediaFiles;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger;
import org.ferry.webhook.Desk;

/** The API: wires the endpoints to what they speak of. */
public final class Api {
  /** The largest message of a WebSocket. */
  private static final int LARGEST_MESSAGE = 256 * 1024;

  // Browsers send a message as one frame, whatever its size. A larger frame ends the connection
  // without a word; one between the two is answered.
  private static final int LARGEST_FRAME = 2 * LARGEST_MESSAGE;

  private final ApiRoutes routes;

  /**
   * Users and rooms of applications; all stay the caller's.
   *
   * @param people users
   * @param rooms rooms
   * @param talk what they say
   * @param sessions tokens of browsers
   */
  public record Provision(People people, Rooms rooms, Talk talk, Sessions sessions) {}

  /**
   * What can be read; all stay the caller's.
   *
   * @param messages the log
   * @param cards what is known of rooms
   * @param feed the log for many readers
   * @param files files that messages name
   * @param figures numbers
   * @param signs links to files
   * @param typing who types
   * @param networks all that a conversation can be of
   */
  public record Reading(
      Messages messages,
      RoomCards cards,
      Feed feed,
      MediaFiles files,
      Figures figures,
      MediaSigns signs,
      Typing typing,
      Set<String> networks) {
    /** Copies the set. */
    public Reading {
      networks = Set.copyOf(networks);
    }
  }

  /**
   * What Ferry does and knows; all stay the caller's.
   *
   * @param crossings what was migrated
   * @param knowledge what is known of an id
   * @param verdicts what filters say of an event
   * @param desk deliveries
   * @param webhooks the names of those that are configured
   * @param keptSince since when what one was delivered is kept; empty where nothing of it was
   *     removed
   */
  public record Inside(
      CrossingLedger crossings,
      Knowledge knowledge,
      Verdicts verdicts,
      Desk desk,
      List<String> webhooks,
      Function<String, Optional<Instant>> keptSince) {
    /** Copies the list. */
    public Inside {
      webhooks = List.copyOf(webhooks);
    }
  }

  /**
   * Makes the API.
   *
   * @param options who may call it
   * @param provision users and rooms of applications
   * @param reading what can be read
   * @param inside what Ferry does and knows
   * @param watcher told of each request
   * @param clock now
   */
  public Api(
      ApiOptions options,
      Provision provision,
      Reading reading,
      Inside inside,
      ApiRoutes.Watcher watcher,
      InstantSource clock) {
    Tokens tokens = new Tokens(options.tokens(), provision.sessions(), clock);
    Guesses guesses = new Guesses(tokens, clock);
    RateLimit limit = new RateLimit(options.rate(), clock);
    Forms forms = new Forms(OpenApi.resource("openapi.json").path("components"));
    Browsers browsers = new Browsers(options.corsOrigins());
    List<Endpoint> all = new ArrayList<>(provisioning(provision, tokens, reading.cards()));
    View view = new View(reading.cards(), provision.rooms(), reading.signs(), clock);
    TalkEndpoints talk =
        new TalkEndpoints(provision.people(), provision.rooms(), provision.talk(), view);
    all.addAll(talk.all());
    all.addAll(
        new ReadEndpoints(reading.messages(), reading.cards(), view, reading.networks()).all());
    all.addAll(
        new WatchEndpoints(
                reading.messages(),
                view,
                reading.files(),
                reading.signs(),
                reading.figures(),
                clock,
                () -> watcher.refused("link"))
            .all());
    all.add(
        new EventStream(
                reading.feed(),
                view,
                guesses,
                () -> watcher.eventStreams(1),
                () -> watcher.eventStreams(-1))
            .endpoint());
    Typists typists = new Typists(view, clock);
    reading.typing().listen(typists::told);
    Socket.House house =
        new Socket.House(guesses, limit, forms, reading.feed(), view, talk, watcher, typists);
    all.add(new SocketStream(house, browsers).endpoint());
    all.addAll(new InsideEndpoints(inside).all());
    all.addAll(new DeliveryEndpoints(inside, view).all());
    all.add(openapi(all, options));
    this.routes = new ApiRoutes(all, guesses, limit, forms, browsers, watcher);
  }

  private static List<Endpoint> provisioning(Provision provision, Tokens tokens, RoomCards cards) {
    List<Endpoint> all = new ArrayList<>();
    all.add(
        Endpoint.get(
            "/health",
            null,
            Endpoint.Doc.of("health", "Whether Ferry answers; needs no token", "Health"),
            request -> Reply.ok(Json.object().put("status", "ok"))));
    all.addAll(
        new ProvisionEndpoints(
                provision.people(),
                provision.rooms(),
                tokens,
                provision.sessions(),
                new Sight(provision.rooms(), cards))
            .all());
    return all;
  }

  private static Endpoint openapi(List<Endpoint> all, ApiOptions options) {
    return Endpoint.get(
        "/openapi.json",
        null,
        Endpoint.Doc.of("openapi", "This description, as OpenAPI 3.1", "Document"),
        request -> Reply.ok(new OpenApi(all, options.publicUrl()).document()));
  }

  /**
   * Puts {@code /api/v1} and what is below it into a router.
   *
   * @param router others of its routes stay
   */
  public void into(Router router) {
    routes.into(router);
  }

  /** Makes a server one that takes what the API takes; returns the options that were given. */
  public static HttpServerOptions serving(HttpServerOptions options) {
    return options
        .setMaxWebSocketFrameSize(LARGEST_FRAME)
        .setMaxWebSocketMessageSize(LARGEST_MESSAGE);
  }
}
