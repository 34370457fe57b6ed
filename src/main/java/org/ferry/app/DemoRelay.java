package org.ferry.app;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.ferry.app.DemoPerson.Sample;
import org.ferry.config.Config;
import org.ferry.config.ConfigException;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.lab.LabClient;
import org.ferry.live.sending.NotYet;
import org.ferry.live.sending.Outgoing;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.webhook.Endpoint;

/**
 * The live part of the demo: Ferry's daemon in this process, and a receiver of its webhook. It is
 * open while history is carried, as on a real evening: a homeserver that finds nobody listening
 * waits longer each time before it pushes again. Used by one thread.
 */
public final class DemoRelay implements AutoCloseable {
  private static final String ENCRYPTED = "Encrypted";
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Duration LOOK = Duration.ofMillis(100);

  private final Ferry ferry;
  private final DemoPerson person;
  private final Closing closing = new Closing();
  private final Map<String, String> received = new ConcurrentHashMap<>();
  private final Daemon daemon;

  /**
   * What came to the receiver, signed as it must be.
   *
   * @param room the name of the room that it was said in
   * @param body what was posted
   */
  public record Post(String room, String body) {
    /** The body as JSON. */
    public JsonNode json() {
      return Json.parseObject(body);
    }
  }

  /**
   * Opens both.
   *
   * @param ferry stays the caller's; its configuration names the demo's webhook
   * @param person who says something
   * @throws ListenException where an address cannot be had
   */
  public DemoRelay(Ferry ferry, DemoPerson person) {
    this.ferry = ferry;
    this.person = person;
    try {
      Endpoint endpoint = endpoint(ferry.config());
      WebhookEcho unused =
          closing.add(
              new WebhookEcho(
                  ferry.vertx(),
                  new Config.Listen(endpoint.url().getHost(), endpoint.url().getPort()),
                  endpoint.secrets(),
                  null,
                  this::take),
              WebhookEcho::close);
      this.daemon = closing.add(Daemon.open(ferry), Daemon::close);
    } catch (RuntimeException e) {
      closing.after(e);
      throw e;
    }
  }

  private static Endpoint endpoint(Config config) {
    return config.webhooks().stream()
        .filter(e -> e.name().equals(DemoFolder.WEBHOOK))
        .findFirst()
        .orElseThrow(() ->
            new ConfigException(
                config.file(),
                "the demo's webhook, named "
                    + DemoFolder.WEBHOOK
                    + ", is missing; take out the section webhooks, and the demo writes it anew"));
  }

  private void take(WebhookEcho.Seen seen) {
    if (seen.problem() == null) {
      JsonNode event = Json.parseObject(seen.body()).path("data").path("event_id");
      String unused = received.put(event.asText(), seen.body());
    }
  }

  /**
   * Says something in a carried room, and something in an encrypted one, and waits for both posts;
   * what came is remembered.
   *
   * @param crossing the crossing
   * @param sample a carried message, whose room and sender serve
   * @param stopping whether somebody wants it to end
   * @return the posts whose signature fits, the live message's and the encrypted one's; fewer where
   *     one stayed away, or it was to end
   */
  public List<Post> relay(Crossing crossing, Sample sample, BooleanSupplier stopping)
      throws InterruptedException {
    EventId live = person.say(sample.id(), "Hello from the new server");
    RoomId room = person.encryptedRoom(ENCRYPTED, ferry.config().bot());
    Optional<String> first = await(stopping, () -> Optional.ofNullable(received.get(live.value())));
    Optional<EventId> secret =
        await(stopping, () -> joined(room)).flatMap(r -> whisper(r, sample, stopping));
    Optional<String> second =
        secret.isEmpty()
            ? Optional.empty()
            : await(stopping, () -> Optional.ofNullable(received.get(secret.get().value())));
    List<Post> posts =
        List.of(
                first.map(body -> new Post(sample.room(), body)),
                second.map(body -> new Post(ENCRYPTED, body)))
            .stream()
            .flatMap(Optional::stream)
            .toList();
    if (posts.size() == 2) {
      DemoProof.keep(ferry, crossing, posts);
    }
    return posts;
  }

  private Optional<RoomId> joined(RoomId room) {
    return person.sees(room, ferry.config().bot()) ? Optional.of(room) : Optional.empty();
  }

  /** A ghost says something, encrypted by a device of its own. */
  private Optional<EventId> whisper(RoomId room, Sample sample, BooleanSupplier stopping) {
    Outgoing out =
        new Outgoing(
            sample.sender(),
            room,
            "m.room.message",
            LabClient.json("{\"msgtype\": \"m.text\", \"body\": \"Nobody else reads this\"}"),
            "demo-" + UUID.randomUUID());
    Instant end = ferry.clock().instant().plus(LIMIT);
    while (!stopping.getAsBoolean() && ferry.clock().instant().isBefore(end)) {
      try {
        return Optional.of(daemon.sending().send(out).event());
      } catch (NotYet e) {
        // It is kept; the same key asks again.
      }
    }
    return Optional.empty();
  }

  private <T> Optional<T> await(
      BooleanSupplier stopping, java.util.function.Supplier<Optional<T>> question)
      throws InterruptedException {
    Instant end = ferry.clock().instant().plus(LIMIT);
    Optional<T> answer = question.get();
    while (answer.isEmpty() && !stopping.getAsBoolean() && ferry.clock().instant().isBefore(end)) {
      Thread.sleep(LOOK);
      answer = question.get();
    }
    return answer;
  }

  @Override
  public void close() {
    closing.close();
  }
}
