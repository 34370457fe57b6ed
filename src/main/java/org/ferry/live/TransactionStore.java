package org.ferry.live;

import java.time.InstantSource;
import java.util.Set;
import org.ferry.id.Sha256;
import org.ferry.id.TraceId;
import org.ferry.id.UserId;
import org.ferry.matrix.appservice.TransactionInbox;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the transactions of one homeserver into the inbox, under their hash. What is of rooms that
 * are not Ferry's is dropped before anything is stored; the hash is that of the whole, so that a
 * repeat is recognised. Who types is told and not kept.
 */
public final class TransactionStore implements TransactionInbox {
  private static final Logger LOG = LoggerFactory.getLogger(TransactionStore.class);

  private final String server;
  private final UserId bot;
  private final Inbox inbox;
  private final InstantSource clock;
  private final Runnable news;
  private final Typing typing;

  /**
   * Makes the way into the inbox for one homeserver.
   *
   * @param server its domain
   * @param bot Ferry's own user there: what becomes of its memberships is kept from every room
   * @param inbox where transactions are kept
   * @param clock now
   * @param news run after something was kept; must be quick
   * @param typing told who types in rooms that are Ferry's
   */
  public TransactionStore(
      String server, UserId bot, Inbox inbox, InstantSource clock, Runnable news, Typing typing) {
    this.server = server;
    this.bot = bot;
    this.inbox = inbox;
    this.clock = clock;
    this.news = news;
    this.typing = typing;
  }

  @Override
  public void store(String txnId, byte[] body) {
    Transaction came = Transaction.of(body);
    Set<String> rooms = came.rooms();
    Set<String> ours = rooms.isEmpty() ? rooms : inbox.ours(rooms);
    Transaction.Rest rest = came.of(ours, bot.value());
    TraceId trace = TraceId.fresh();
    boolean fresh =
        inbox.store(
            new Received(
                server,
                txnId,
                rest.body(),
                Sha256.hex(body),
                rest.kept(),
                came.size() - rest.kept(),
                clock.instant(),
                trace));
    LOG.atDebug()
        .addKeyValue(TraceId.FIELD, fresh ? trace : "")
        .log(
            "event={} txn={} kept={} dropped={}",
            fresh ? "transaction_stored" : "transaction_repeated",
            txnId,
            rest.kept(),
            came.size() - rest.kept());
    news.run();
    if (fresh) {
      came.typing(ours).forEach(typing::tell);
    }
  }
}
