package org.ferry.app;

import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.ferry.live.message.LiveMessage;
import org.ferry.live.message.Messages;
import org.ferry.store.live.PgMessages;
import org.ferry.store.live.PgRoomCards;
import org.ferry.store.webhook.PgDesk;
import org.ferry.webhook.Answer;
import org.ferry.webhook.Desk;
import org.ferry.webhook.Endpoint;
import org.ferry.webhook.Filter;
import org.ferry.webhook.Post;
import org.ferry.webhook.Poster;
import org.jspecify.annotations.Nullable;

/** What people and programs ask and order of deliveries; beside a running {@code ferry run}. */
public final class Webhooks {
  private final Ferry ferry;

  /**
   * The deliveries of a Ferry.
   *
   * @param ferry stays the caller's
   */
  public Webhooks(Ferry ferry) {
    this.ferry = ferry;
  }

  /**
   * An endpoint that is configured, was served, or both.
   *
   * @param name its name
   * @param endpoint null where the configuration names it no more
   * @param standing null where nothing was ever put into its lanes
   */
  public record Line(String name, @Nullable Endpoint endpoint, Desk.@Nullable Standing standing) {}

  /** All endpoints, those of the configuration first. */
  public List<Line> list() {
    Map<String, Desk.Standing> served = new LinkedHashMap<>();
    desk().standings().forEach(s -> served.put(s.name(), s));
    List<Line> lines = new ArrayList<>();
    for (Endpoint endpoint : ferry.config().webhooks()) {
      lines.add(new Line(endpoint.name(), endpoint, served.remove(endpoint.name())));
    }
    served.forEach((name, standing) -> lines.add(new Line(name, null, standing)));
    return lines;
  }

  /** The names in the configuration. */
  public List<String> names() {
    return ferry.config().webhooks().stream().map(Endpoint::name).toList();
  }

  private Optional<Endpoint> endpoint(String name) {
    return ferry.config().webhooks().stream().filter(e -> e.name().equals(name)).findFirst();
  }

  /**
   * Sends a sample to an endpoint, past the outbox.
   *
   * @param name of the configuration
   * @return what came of it; empty where the configuration has no such endpoint
   */
  public Optional<Answer> test(String name) throws InterruptedException {
    Optional<Endpoint> endpoint = endpoint(name);
    if (endpoint.isEmpty()) {
      return Optional.empty();
    }
    try (Poster poster =
        new Poster(
            ferry.vertx(), endpoint.get(), WebhookPart.guard(ferry.config()), ferry.clock(), 1)) {
      byte[] sample =
          WebhookSample.body(ferry.config().homeserver().domain(), ferry.clock().instant());
      String id = "msg_test" + UUID.randomUUID().toString().replace("-", "");
      return Optional.of(poster.send(new Post(id, 1, false, false, Buffer.buffer(sample), "")));
    }
  }

  /**
   * Delivers again.
   *
   * @param name of an endpoint
   * @param since what was told from then on
   * @param room only of this one; null for all
   */
  public Desk.Replayed replay(String name, Instant since, @Nullable String room) {
    return desk().replay(name, since, room);
  }

  /**
   * From when on everything that an endpoint took is still kept.
   *
   * @param name of an endpoint
   * @return empty where nothing of it was removed
   */
  public Optional<Instant> keptSince(String name) {
    return desk().removed(name) > 0
        ? Optional.of(ferry.clock().instant().minus(ferry.config().deliveries()))
        : Optional.empty();
  }

  /** Deliveries that were given up, of one endpoint or null for all, the newest first. */
  public List<Desk.Dossier> failed(@Nullable String name, int limit) {
    return desk().failed(name, limit);
  }

  /** Switches an endpoint on again; false where it was never served. */
  public boolean enable(String name) {
    return desk().enable(name);
  }

  /** The deliveries of an event, or the one with an id. */
  public List<Desk.Dossier> about(String eventOrId) {
    return desk().about(eventOrId);
  }

  /**
   * What kept an event out of each configured endpoint, or that it matched.
   *
   * @param event its id
   * @return of each endpoint's name, {@code matched} or the key of the filter, for each type that
   *     was told of the event
   */
  public Map<String, Map<String, String>> verdicts(String event) {
    Messages messages = new PgMessages(ferry.database());
    Map<String, Map<String, String>> verdicts = new LinkedHashMap<>();
    for (long pos : desk().told(event)) {
      Optional<LiveMessage> told = messages.find(pos);
      for (Endpoint endpoint : ferry.config().webhooks()) {
        told.ifPresent(m ->
            verdicts
                .computeIfAbsent(endpoint.name(), n -> new LinkedHashMap<>())
                .put(m.type(), verdict(endpoint, m)));
      }
    }
    return verdicts;
  }

  private String verdict(Endpoint endpoint, LiveMessage message) {
    if (message.forgotten()) {
      return "forgotten";
    }
    PgRoomCards cards = new PgRoomCards(ferry.database());
    return new Filter(
            endpoint.rules(),
            desk().since(endpoint.name()).orElse(null),
            room -> WebhookPart.alias(cards, room))
        .against(WebhookPart.message(message))
        .orElse("matched");
  }

  private PgDesk desk() {
    return new PgDesk(ferry.database(), ferry.clock());
  }
}
