package org.ferry.store.crypto;

import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.ferry.crypto.AccountState;
import org.ferry.crypto.AskedKey;
import org.ferry.crypto.DecryptOutcome;
import org.ferry.crypto.Device;
import org.ferry.crypto.DeviceRef;
import org.ferry.crypto.KeyRequest;
import org.ferry.crypto.OutboundSession;
import org.ferry.crypto.OutgoingRequest;
import org.ferry.crypto.Pickled;
import org.ferry.crypto.PickledSession;
import org.ferry.crypto.QueuedMessage;
import org.ferry.crypto.SentMessage;
import org.ferry.crypto.SessionRef;
import org.ferry.crypto.Share;
import org.ferry.crypto.StoredJson;
import org.ferry.crypto.Tracked;
import org.ferry.crypto.Unwedging;
import org.ferry.crypto.WaitingEvent;
import org.ferry.id.DeviceId;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/** Reads rows, with the columns in the order of the statements of {@link PgCryptoStore}. */
final class CryptoRows {
  private CryptoRows() {}

  static AccountState account(Row r) {
    return new AccountState(
        pickled(r, 0),
        r.getString(2),
        r.getString(3),
        r.getBoolean(4),
        r.getInteger(5),
        r.getBoolean(6),
        time(r, 7),
        time(r, 8),
        r.getInteger(9));
  }

  static PickledSession session(Row r) {
    return new PickledSession(
        r.getString(0), r.getString(1), pickled(r, 2), instant(r, 4), time(r, 5), r.getBoolean(6));
  }

  static Tracked tracked(Row r) {
    return tracked(r, 0);
  }

  static Tracked tracked(Row r, int at) {
    String identity = r.getString(at + 4);
    return new Tracked(
        new UserId(r.getString(at)),
        r.getBoolean(at + 1),
        r.getLong(at + 2),
        r.getLong(at + 3),
        identity == null ? null : StoredJson.parse(identity),
        r.getString(at + 5),
        time(r, at + 6),
        r.getInteger(at + 7));
  }

  static Device device(Row r) {
    return new Device(
        ref(r, 0), r.getString(2), r.getString(3), StoredJson.parse(r.getString(4)), time(r, 5));
  }

  static Unwedging unwedging(Row r) {
    return new Unwedging(r.getString(0), ref(r, 1), instant(r, 3), r.getBoolean(4));
  }

  static QueuedMessage queued(Row r) {
    var request =
        new OutgoingRequest.ToDevice(
            r.getString(0), r.getString(1), StoredJson.parse(r.getString(2)));
    return new QueuedMessage(request, r.getString(3) == null ? null : session(r, 3));
  }

  static OutboundSession outbound(Row r) {
    return new OutboundSession(
        session(r, 0), pickled(r, 2), instant(r, 4), r.getLong(5), r.getString(6));
  }

  static Share share(Row r) {
    return new Share(ref(r, 0), r.getString(2), r.getLong(3), r.getString(4));
  }

  static SentMessage sent(Row r) {
    return new SentMessage(
        r.getString(0), new RoomId(r.getString(1)), StoredJson.parse(r.getString(2)));
  }

  static KeyRequest request(Row r) {
    String sender = r.getString(4);
    return new KeyRequest(
        session(r, 0), r.getString(2), instant(r, 3), sender == null ? null : new UserId(sender));
  }

  static AskedKey asked(Row r) {
    return new AskedKey(new DeviceId(r.getString(0)), r.getString(1), session(r, 2), instant(r, 4));
  }

  static WaitingEvent waiting(Row r) {
    return new WaitingEvent(
        session(r, 0),
        new EventId(r.getString(2)),
        StoredJson.parse(r.getString(3)),
        instant(r, 4),
        r.getLong(5),
        DecryptOutcome.Reason.valueOf(r.getString(6)));
  }

  private static SessionRef session(Row r, int at) {
    return new SessionRef(new RoomId(r.getString(at)), r.getString(at + 1));
  }

  private static DeviceRef ref(Row r, int at) {
    return new DeviceRef(new UserId(r.getString(at)), new DeviceId(r.getString(at + 1)));
  }

  private static Pickled pickled(Row r, int at) {
    return new Pickled(r.getInteger(at + 1), r.getString(at));
  }

  private static Instant instant(Row r, int at) {
    return r.getOffsetDateTime(at).toInstant();
  }

  private static @Nullable Instant time(Row r, int at) {
    OffsetDateTime time = r.getOffsetDateTime(at);
    return time == null ? null : time.toInstant();
  }
}
