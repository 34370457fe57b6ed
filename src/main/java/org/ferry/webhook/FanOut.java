package org.ferry.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Puts what is new in the log of messages into the lanes of one endpoint. Several processes may do
 * it; one at a time does, and each step counts once.
 */
final class FanOut {
  private static final int BATCH = 500;
  private static final Duration LEASE = Duration.ofSeconds(5);

  private final Endpoint endpoint;
  private final Feed feed;
  private final Outbox outbox;
  private final MediaLinks links;
  private final Duration linked;
  private final InstantSource clock;
  private final String owner;

  /**
   * A fan-out.
   *
   * @param endpoint whose
   * @param house what all endpoints share
   */
  FanOut(Endpoint endpoint, Dispatcher.House house) {
    this.endpoint = endpoint;
    this.feed = house.feed();
    this.outbox = house.outbox();
    this.links = house.links();
    this.linked = house.linked();
    this.clock = house.clock();
    this.owner = house.owner();
  }

  /** The endpoint's row, which is made where it is new. */
  int begin() {
    return switch (endpoint.from()) {
      // What is told late may be old all the same; by the clock that dates what is told.
      case "now" -> {
        Instant now = outbox.now();
        yield outbox.begin(endpoint.name(), feed.last(), now).key();
      }
      case "beginning" -> outbox.begin(endpoint.name(), 0, null).key();
      default -> {
        Instant since = Instant.parse(endpoint.from());
        yield outbox.begin(endpoint.name(), feed.before(since), since).key();
      }
    };
  }

  /**
   * Puts what is there.
   *
   * @param key the endpoint's row
   * @return whether anything was put into a lane
   */
  boolean turn(int key) {
    boolean put = false;
    while (!Thread.currentThread().isInterrupted()) {
      Optional<Outbox.Position> position = outbox.lead(key, owner, LEASE);
      if (position.isEmpty()) {
        return put;
      }
      List<Message> messages = feed.after(position.get().pos(), BATCH);
      if (messages.isEmpty()) {
        return put;
      }
      List<Outbox.Draft> drafts = drafts(messages, position.get().since());
      long to = messages.getLast().pos();
      put |= outbox.put(position.get(), to, drafts, clock.instant()) && !drafts.isEmpty();
    }
    return put;
  }

  private List<Outbox.Draft> drafts(List<Message> messages, @Nullable Instant since) {
    Filter filter = new Filter(endpoint.rules(), since, feed::alias);
    Envelope.Files files =
        new Envelope.Files(links, clock.instant().plus(linked), endpoint.mediaInline() > 0);
    List<Outbox.Draft> drafts = new ArrayList<>();
    for (Message message : messages) {
      if (!message.data().isEmpty() && filter.against(message).isEmpty()) {
        drafts.add(
            new Outbox.Draft(
                message, seq -> Envelope.bytes(message, seq, files), isEnclosed(message)));
      }
    }
    return drafts;
  }

  /** Whether a file is small enough, as its sender says; who says nothing is taken at that. */
  private boolean isEnclosed(Message message) {
    JsonNode media = message.data().path("media");
    return endpoint.mediaInline() > 0
        && media.hasNonNull("id")
        && media.path("size").asLong() <= endpoint.mediaInline();
  }
}
