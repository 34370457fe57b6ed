package org.ferry.web.api;

import org.ferry.store.Database;
import org.ferry.store.live.PgChannels;
import org.ferry.store.live.PgMessages;
import org.ferry.store.live.PgNews;

/** The log of messages of a test, which tells what it is told to. */
final class Stage implements AutoCloseable {
  final PgMessages messages;
  final PgChannels channels;
  final PgNews news;
  final Feed feed;

  Stage(Database database) {
    messages = new PgMessages(database);
    channels = new PgChannels(database);
    news = new PgNews(channels);
    feed = new Feed(messages, news);
  }

  @Override
  public void close() {
    feed.close();
    channels.close();
  }
}
