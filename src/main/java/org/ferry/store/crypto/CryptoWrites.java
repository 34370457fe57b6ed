package org.ferry.store.crypto;

import static org.ferry.store.Database.await;

import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ferry.crypto.AccountState;
import org.ferry.crypto.AskedKey;
import org.ferry.crypto.CryptoChange;
import org.ferry.crypto.Device;
import org.ferry.crypto.KeyRequest;
import org.ferry.crypto.OutboundSession;
import org.ferry.crypto.PickledSession;
import org.ferry.crypto.QueuedMessage;
import org.ferry.crypto.RoomKey;
import org.ferry.crypto.Share;
import org.ferry.crypto.StoredJson;
import org.ferry.crypto.Tracked;
import org.ferry.crypto.Unwedging;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/** Writes the changes of one commit, those of one kind in one batch. */
final class CryptoWrites {
  private final long device;
  private final Map<String, List<Tuple>> batches = new LinkedHashMap<>();

  private CryptoWrites(long device) {
    this.device = device;
  }

  static void write(SqlConnection connection, long device, List<CryptoChange> changes)
      throws Exception {
    CryptoWrites writes = new CryptoWrites(device);
    changes.forEach(writes::add);
    writes.execute(connection);
  }

  private void execute(SqlConnection connection) throws Exception {
    for (var batch : batches.entrySet()) {
      var unused = await(connection.preparedQuery(batch.getKey()).executeBatch(batch.getValue()));
    }
  }

  /** Notes from where on a device was given sessions, in the transaction that keeps their keys. */
  static void received(SqlConnection connection, long device, List<RoomKey> keys) throws Exception {
    CryptoWrites writes = new CryptoWrites(device);
    for (RoomKey key : keys) {
      writes.put(
          CryptoSql.RECEIVED,
          key.room().value(),
          key.session().sessionId(),
          key.session().firstKnownIndex(),
          key.info().maker().map(UserId::value).orElse(null));
    }
    writes.execute(connection);
  }

  private void add(CryptoChange change) {
    switch (change) {
      case CryptoChange.Account c -> account(c.state());
      case CryptoChange.SyncToken c -> put(CryptoSql.TOKEN, c.token());
      case CryptoChange.PutSession c -> session(c.session());
      case CryptoChange.DropSession c -> put(CryptoSql.DROP_SESSION, c.senderKey(), c.id());
      case CryptoChange.Processed c -> put(CryptoSql.PROCESSED, c.hash());
      case CryptoChange.PutRoomKey c -> {
        // Written together by the store of the room keys.
      }
      case CryptoChange.PutTracked c -> tracked(c.user());
      case CryptoChange.DropTracked c -> put(CryptoSql.DROP_TRACKED, c.user().value());
      case CryptoChange.PutDevice c -> peer(c.device());
      case CryptoChange.PutNoOlm c ->
          put(CryptoSql.NO_OLM, c.device().user().value(), c.device().device().value(), c.told());
      case CryptoChange.PutUnwedging c -> unwedging(c.unwedging());
      case CryptoChange.Queue c -> queue(c.message());
      case CryptoChange.Unqueue c -> put(CryptoSql.UNQUEUE, c.id());
      case CryptoChange.PutRefusals c ->
          put(CryptoSql.REFUSALS, c.id(), c.refusals().times(), time(c.refusals().since()));
      case CryptoChange.Mark c -> put(CryptoSql.MARK, c.mark());
      case CryptoChange.SpoilSessions unused -> put(CryptoSql.SPOIL);
      case CryptoChange.DropAllOutbound unused -> put(CryptoSql.DROP_ALL_OUTBOUND);
      case CryptoChange.PutOutbound c -> outbound(c.session());
      case CryptoChange.DropOutbound c -> put(CryptoSql.DROP_OUTBOUND, c.room().value());
      case CryptoChange.PutShare c -> share(c);
      case CryptoChange.ShareAgain c ->
          put(CryptoSql.SHARE_AGAIN, c.device().user().value(), c.device().device().value());
      case CryptoChange.PutSent c ->
          put(
              CryptoSql.SENT,
              c.message().txn(),
              c.message().room().value(),
              StoredJson.text(c.message().content()));
      case CryptoChange.DropSent c -> put(CryptoSql.DROP_SENT, c.txn());
      case CryptoChange.PutWithheld c ->
          put(
              CryptoSql.WITHHELD,
              c.withheld().ref().room().value(),
              c.withheld().ref().session(),
              c.withheld().sender().value(),
              c.withheld().senderKey(),
              c.withheld().code(),
              c.withheld().reason());
      case CryptoChange.PutRequest c -> request(c.request());
      case CryptoChange.DropRequest c ->
          put(CryptoSql.DROP_REQUEST, c.ref().room().value(), c.ref().session());
      case CryptoChange.PutAsked c -> asked(c.asked());
      case CryptoChange.DropAsked c -> put(CryptoSql.DROP_ASKED, c.by().value(), c.id());
      case CryptoChange.PutSecretRequest c ->
          put(
              CryptoSql.SECRET_REQUEST,
              c.request().name(),
              c.request().id(),
              time(c.request().at()));
      case CryptoChange.DropSecret c -> put(CryptoSql.DROP_SECRET, c.name());
      case CryptoChange.PutSecret c -> secret(c);
    }
  }

  private void secret(CryptoChange.PutSecret c) {
    put(CryptoSql.SECRET, c.name(), Buffer.buffer(c.secret().sealed()), c.secret().generation());
  }

  private void account(AccountState a) {
    put(
        CryptoSql.ACCOUNT,
        a.pickle().text(),
        a.pickle().generation(),
        a.curve25519(),
        a.ed25519(),
        a.uploaded(),
        a.serverKeys(),
        a.fallbackUsed(),
        time(a.fallbackMadeAt()),
        time(a.forgetFallbackAt()),
        a.refusals());
  }

  private void session(PickledSession s) {
    put(
        CryptoSql.SESSION,
        s.senderKey(),
        s.id(),
        s.pickle().text(),
        s.pickle().generation(),
        time(s.createdAt()),
        time(s.receivedAt()),
        s.spoiled());
  }

  private void tracked(Tracked t) {
    put(
        CryptoSql.TRACKED,
        t.user().value(),
        t.outdated(),
        t.changedAt(),
        t.answeredAt(),
        t.identity() == null ? null : StoredJson.text(t.identity()),
        t.pinned(),
        time(t.retryAt()),
        t.failures());
  }

  private void peer(Device d) {
    put(
        CryptoSql.PEER,
        d.ref().user().value(),
        d.ref().device().value(),
        d.curve25519(),
        d.ed25519(),
        StoredJson.text(d.keys()),
        time(d.goneAt()));
  }

  private void unwedging(Unwedging u) {
    put(
        CryptoSql.UNWEDGING,
        u.senderKey(),
        u.device().user().value(),
        u.device().device().value(),
        time(u.at()),
        u.wanted());
  }

  private void queue(QueuedMessage m) {
    var ref = m.session();
    put(
        CryptoSql.QUEUE,
        m.request().id(),
        m.request().eventType(),
        StoredJson.text(m.request().body()),
        ref == null ? null : ref.room().value(),
        ref == null ? null : ref.session());
  }

  private void outbound(OutboundSession s) {
    put(
        CryptoSql.OUTBOUND,
        s.ref().room().value(),
        s.ref().session(),
        s.pickle().text(),
        s.pickle().generation(),
        time(s.createdAt()),
        s.messages(),
        s.historyVisibility());
  }

  private void request(KeyRequest r) {
    put(
        CryptoSql.REQUEST,
        r.ref().room().value(),
        r.ref().session(),
        r.id(),
        time(r.at()),
        r.sender() == null ? null : r.sender().value());
  }

  private void asked(AskedKey a) {
    put(
        CryptoSql.ASKED,
        a.by().value(),
        a.id(),
        a.ref().room().value(),
        a.ref().session(),
        time(a.at()));
  }

  private void share(CryptoChange.PutShare c) {
    Share s = c.share();
    put(
        CryptoSql.SHARE,
        c.ref().room().value(),
        c.ref().session(),
        s.device().user().value(),
        s.device().device().value(),
        s.senderKey(),
        s.index(),
        s.withheld());
  }

  private void put(String sql, @Nullable Object... values) {
    List<@Nullable Object> all = new ArrayList<>(values.length + 1);
    all.add(device);
    all.addAll(Arrays.asList(values));
    batches.computeIfAbsent(sql, s -> new ArrayList<>()).add(Tuple.wrap(all));
  }

  static @Nullable OffsetDateTime time(@Nullable Instant at) {
    return at == null ? null : at.atOffset(ZoneOffset.UTC);
  }
}
