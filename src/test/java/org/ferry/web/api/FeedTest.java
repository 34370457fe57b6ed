package org.ferry.web.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.ferry.id.RoomId;
import org.ferry.live.message.Draft;
import org.ferry.live.message.LiveMessage;
import org.ferry.live.message.MessageType;
import org.ferry.live.message.Messages;
import org.ferry.matrix.event.Json;
import org.ferry.store.StoreLab;
import org.ferry.store.live.PgChannels;
import org.ferry.store.live.PgMessages;
import org.ferry.store.live.PgNews;
import org.ferry.testing.Wait;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What many readers read at once, from a real log. */
class FeedTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final StoreLab lab = new StoreLab();
  private final PgMessages messages = new PgMessages(lab.database());
  private final PgChannels channels = new PgChannels(lab.database());
  private final PgNews news = new PgNews(channels);

  @AfterEach
  void close() {
    channels.close();
    lab.close();
  }

  private void tell(String body) {
    long unused =
        messages.tell(
            new Draft(
                0,
                MessageType.MESSAGE_SEND_FAILED,
                new RoomId("!room:hs"),
                null,
                "matrix",
                "@alice:hs",
                LiveMessage.OUTGOING,
                1,
                Json.object().put("body", body),
                null),
            Instant.now());
  }

  /** Another process forgets: {@code ferry forget}, or the sweep of a daemon. */
  @Test
  void whatIsForgottenIsForgottenByADaemonThatRuns() throws Exception {
    try (Feed feed = new Feed(messages, news, Duration.ofMillis(500))) {
      for (String body : List.of("one", "two", "three")) {
        tell(body);
      }
      Wait.until(LIMIT, "three messages", () -> feed.last() == 3);
      assertThat(read(feed)).hasSize(3);
      assertThat(messages.forget(Instant.now().plusSeconds(60))).isEqualTo(3);
      Wait.until(
          LIMIT, "nothing of them", () -> read(feed).stream().allMatch(LiveMessage::forgotten));
      tell("four");
      Wait.until(LIMIT, "the fourth", () -> feed.last() == 4);
      assertThat(read(feed))
          .extracting(LiveMessage::forgotten)
          .containsExactly(true, true, true, false);
    }
  }

  /** Small pieces make large trees of JSON: what is read at once fits into memory. */
  @Test
  void noMoreIsReadAtOnceThanFitsIntoMemory() {
    String large = "x".repeat(900_000);
    for (int i = 0; i < 5; i++) {
      tell(large);
    }
    assertThat(messages.after(0, 500)).extracting(LiveMessage::pos).containsExactly(1L, 2L, 3L);
    assertThat(messages.after(3, 500)).extracting(LiveMessage::pos).containsExactly(4L, 5L);
    Messages.Filter all = new Messages.Filter(null, null, null, 0, 500);
    assertThat(messages.page(all)).extracting(LiveMessage::pos).containsExactly(5L, 4L, 3L);
    tell("x".repeat(3_000_000));
    assertThat(messages.after(5, 500)).as("never none").hasSize(1);
  }

  /** The newest in memory are few where they are large; who is behind them reads the rest. */
  @Test
  void readersGetEverythingThoughLittleIsHeld() throws Exception {
    try (Feed feed = new Feed(messages, news)) {
      String large = "x".repeat(1_900_000);
      for (int i = 0; i < 12; i++) {
        tell(large);
      }
      Wait.until(LIMIT, "all", () -> feed.last() == 12);
      assertThat(feed.held()).isBetween(1, 8);
      long pos = 0;
      for (int i = 0; i < 12 && pos < 12; i++) {
        List<LiveMessage> more = feed.after(pos, 100, Duration.ZERO);
        assertThat(more.getFirst().pos()).isEqualTo(pos + 1);
        pos = more.getLast().pos();
      }
      assertThat(pos).isEqualTo(12);
    }
  }

  private static List<LiveMessage> read(Feed feed) {
    try {
      return feed.after(0, 100, Duration.ZERO);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
