package org.ferry.web.api;

import org.ferry.store.Database;
import org.ferry.store.live.PgMessages;
import org.ferry.store.live.PgNews;

/** The log of messages of a test, which tells what it is told to. */
final class Stage implements AutoCloseable {
  final PgMessages messages;
  final PgNews news;
  final Feed feed;

  Stage(Database database) {
    messages = new PgMessages(database);
    news = new PgNews(database);
    feed = new Feed(messages, news);
  }

  @Override
  public void close() {
    feed.close();
    news.close();
  }
}
