package org.ferry.app;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.ferry.config.Config;
import org.ferry.id.RoomId;
import org.ferry.live.Signal;
import org.ferry.live.message.LiveMessage;
import org.ferry.live.message.MediaRef;
import org.ferry.live.message.Messages;
import org.ferry.live.message.News;
import org.ferry.live.message.RoomCard;
import org.ferry.live.message.RoomCards;
import org.ferry.live.watch.MediaFiles;
import org.ferry.store.live.PgRoomCards;
import org.ferry.store.webhook.PgOutbox;
import org.ferry.webhook.Dispatcher;
import org.ferry.webhook.Enclosures;
import org.ferry.webhook.Feed;
import org.ferry.webhook.Guard;
import org.ferry.webhook.MediaLinks;
import org.ferry.webhook.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Delivers what is told to the configured webhooks, beside other processes that do the same. */
final class WebhookPart implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WebhookPart.class);
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final Dispatcher dispatcher;
  private final News news;
  private final Signal signal;
  private final Thread listening;
  private final Thread warning;

  /**
   * Makes the deliveries, which do not begin yet.
   *
   * @param ferry stays the caller's
   * @param messages what is told
   * @param news of it
   * @param links to files
   * @param files where they lead
   */
  WebhookPart(Ferry ferry, Messages messages, News news, MediaLinks links, MediaFiles files) {
    Config config = ferry.config();
    this.dispatcher =
        new Dispatcher(
            new Dispatcher.House(
                ferry.vertx(),
                feed(messages, new PgRoomCards(ferry.database())),
                new PgOutbox(ferry.database()),
                links,
                config.deliveries(),
                enclosures(messages, files),
                guard(config),
                ferry.clock(),
                () -> ThreadLocalRandom.current().nextDouble(),
                UUID.randomUUID().toString()),
            config.webhooks(),
            new Dispatcher.Retention(config.deliveries(), config.retention()));
    this.news = news;
    this.signal = news.subscribe();
    this.listening = Thread.ofVirtual().name("news of webhooks").unstarted(this::listen);
    // A name server may be slow, and nothing waits for it.
    this.warning =
        Thread.ofVirtual()
            .name("webhook addresses")
            .unstarted(
                () -> Reach.closed(config).forEach(w -> LOG.warn("event=webhook_closed {}", w)));
  }

  /** Keeps posts out of private networks and from Ferry's own doors. */
  static Guard guard(Config config) {
    return new Guard(
        Guard.Resolver.system(), List.of(door(config.appservice().listen()), door(config.api())));
  }

  private static InetSocketAddress door(Config.Listen listen) {
    return new InetSocketAddress(listen.host(), listen.port());
  }

  /** The log of messages as webhooks see it. */
  static Feed feed(Messages messages, RoomCards cards) {
    return new Feed() {
      @Override
      public long last() {
        return messages.last();
      }

      @Override
      public long before(Instant time) {
        return messages.firstSince(time) - 1;
      }

      @Override
      public List<Message> after(long pos, int limit) {
        return messages.after(pos, limit).stream().map(WebhookPart::message).toList();
      }

      @Override
      public Optional<String> alias(String room) {
        return WebhookPart.alias(cards, room);
      }
    };
  }

  /** The alias of a room, as it is now. */
  static Optional<String> alias(RoomCards cards, String room) {
    return cards.find(new RoomId(room)).map(RoomCard::alias);
  }

  private static Enclosures enclosures(Messages messages, MediaFiles files) {
    return (id, most) -> {
      Optional<MediaRef> ref = messages.media(id);
      return ref.isEmpty() ? Optional.empty() : files.read(ref.get(), most);
    };
  }

  /** A message as webhooks see it. */
  static Message message(LiveMessage message) {
    return new Message(
        message.pos(),
        message.type(),
        message.room().value(),
        message.network(),
        message.sender(),
        message.at(),
        message.data());
  }

  /** Begins; returns at once. */
  void start() {
    dispatcher.start();
    listening.start();
    warning.start();
  }

  private void listen() {
    try {
      while (true) {
        signal.await(LOOK);
        dispatcher.news();
      }
    } catch (InterruptedException e) {
      // Told to end.
    }
  }

  @Override
  public void close() {
    listening.interrupt();
    warning.interrupt();
    news.unsubscribe(signal);
    dispatcher.close();
  }
}
