package org.ferry.crypto;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.ferry.crypto.keys.DamagedRowException;
import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.crypto.vodozemac.MegolmOutbound;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;

/**
 * Encrypts for rooms (specification, "m.megolm.v1.aes-sha2", "Sending room keys"). A ratchet that
 * moved is committed with its ciphertext before that is handed out, and a ciphertext is kept until
 * it was accepted: no index is used twice, whatever is repeated.
 */
final class RoomEncryptor {
  /** To how many devices one request carries a key. */
  static final int BATCH = 250;

  private static final String NO_OLM = "m.no_olm";

  private final CryptoStore store;
  private final Pickler pickler;
  private final AccountKeeper account;
  private final DeviceLists lists;
  private final Claims claims;
  private final OlmOutbox outbox;
  private final Progress progress;

  /** Closed once the turn is over. */
  private final Deque<Runnable> opened = new ArrayDeque<>();

  RoomEncryptor(
      Turns.Means means,
      AccountKeeper account,
      DeviceLists lists,
      Claims claims,
      OlmOutbox outbox,
      Progress progress) {
    this.store = means.store();
    this.pickler = means.pickler();
    this.account = account;
    this.lists = lists;
    this.claims = claims;
    this.outbox = outbox;
    this.progress = progress;
  }

  /** What has to be sent before a message can be; empty where nothing is left to do. */
  List<OutgoingRequest> prepare(
      RoomId room, Set<UserId> members, RoomSettings settings, Turn turn) {
    lists.track(members, turn);
    List<OutgoingRequest> wanted = new ArrayList<>(lists.queries(members, turn.now()));
    if (!wanted.isEmpty()) {
      return wanted;
    }
    List<Device> recipients =
        lists.listed(members).stream().filter(d -> !d.ref().equals(store.device())).toList();
    List<DeviceRef> sessionless =
        recipients.stream()
            .filter(d -> mayHave(d, settings) && !outbox.reaches(d))
            .map(Device::ref)
            .toList();
    wanted.addAll(claims.claims(sessionless, turn.now()));
    if (!wanted.isEmpty()) {
      return wanted;
    }
    return share(room, recipients, settings, turn);
  }

  private boolean mayHave(Device device, RoomSettings settings) {
    return !settings.onlyVerified() || Identities.vouches(lists.of(device.ref().user()), device);
  }

  private List<OutgoingRequest> share(
      RoomId room, List<Device> recipients, RoomSettings settings, Turn turn) {
    Set<DeviceRef> allowed =
        recipients.stream()
            .filter(d -> mayHave(d, settings))
            .map(Device::ref)
            .collect(Collectors.toSet());
    Optional<OutboundSession> stored = store.outbound(room).filter(s -> opens(s, turn));
    Map<DeviceRef, Share> shares = stored.map(s -> store.shares(s.ref())).orElse(Map.of());
    OutboundSession session;
    if (stored.isEmpty()
        || progress.isPast(stored.get())
        || isOver(stored.get(), shares.values(), allowed, settings, turn)) {
      session = create(room, settings, turn);
      shares = Map.of();
    } else {
      session = stored.get();
    }
    Map<DeviceRef, Share> known = shares;
    Set<DeviceRef> told = store.noOlm(recipients.stream().map(d -> d.ref().user()).toList());
    List<OutgoingRequest> requests = new ArrayList<>();
    store.queued(session.ref()).forEach(q -> requests.add(q.request()));
    requests.addAll(
        give(
            session,
            recipients.stream()
                .filter(d -> allowed.contains(d.ref()) && outbox.reaches(d))
                .filter(d -> isNew(known.get(d.ref()), ""))
                .toList(),
            turn));
    told.stream()
        .filter(d -> recipients.stream().anyMatch(r -> r.ref().equals(d) && outbox.reaches(r)))
        .forEach(d -> turn.add(new CryptoChange.PutNoOlm(d, false)));
    for (String code : List.of("m.unverified", NO_OLM)) {
      requests.addAll(
          refuse(
              session,
              code,
              recipients.stream()
                  .filter(d -> code.equals(refusal(d, allowed)))
                  .filter(d -> isNew(known.get(d.ref()), code))
                  .filter(d -> !code.equals(NO_OLM) || !told.contains(d.ref()))
                  .toList(),
              turn));
    }
    return requests;
  }

  private String refusal(Device device, Set<DeviceRef> allowed) {
    if (!allowed.contains(device.ref())) {
      return "m.unverified";
    }
    return outbox.reaches(device) ? "" : NO_OLM;
  }

  /** Whether a device was not told this yet; who has a key is not refused it any more. */
  private static boolean isNew(@org.jspecify.annotations.Nullable Share share, String code) {
    return share == null
        || (share.mayBeLost() && code.isEmpty())
        || (!share.withheld().isEmpty() && !share.withheld().equals(code));
  }

  /** The room's rules, and whether somebody has the key who is to have it no more. */
  private static boolean isOver(
      OutboundSession session,
      Collection<Share> shares,
      Set<DeviceRef> allowed,
      RoomSettings settings,
      Turn turn) {
    return session.messages() >= settings.rotationMessages()
        || !Clocks.lasts(session.createdAt(), settings.rotationPeriod(), turn.now())
        || !session.historyVisibility().equals(settings.historyVisibility())
        || shares.stream().anyMatch(s -> s.withheld().isEmpty() && !allowed.contains(s.device()));
  }

  private OutboundSession create(RoomId room, RoomSettings settings, Turn turn) {
    MegolmOutbound megolm = open(MegolmOutbound.create());
    SessionRef ref = new SessionRef(room, megolm.sessionId());
    OutboundSession session =
        new OutboundSession(
            ref,
            pickler.seal(Pickler.outbound(ref), megolm::pickle),
            turn.now(),
            0,
            settings.historyVisibility());
    turn.add(new CryptoChange.PutOutbound(session));
    turn.add(new CryptoChange.PutRoomKey(ownKey(room, megolm, settings, turn)));
    return session;
  }

  /** So that what we send can be read back, by us and by an export. */
  private RoomKey ownKey(RoomId room, MegolmOutbound megolm, RoomSettings settings, Turn turn) {
    MegolmInbound inbound = open(MegolmInbound.fromSessionKey(megolm.sessionKey()));
    ObjectNode data = Json.object().put("user_id", store.device().user().value());
    RoomKeyInfo info =
        new RoomKeyInfo(
            KeyOrigin.OLM,
            account.curve25519(),
            account.ed25519(),
            Json.text(data),
            List.of(),
            isShared(settings.historyVisibility()),
            turn.now());
    return new RoomKey(room, inbound, info);
  }

  private static boolean isShared(String visibility) {
    return visibility.equals("shared") || visibility.equals("world_readable");
  }

  private List<OutgoingRequest> give(OutboundSession session, List<Device> devices, Turn turn) {
    if (devices.isEmpty()) {
      return List.of();
    }
    MegolmOutbound megolm = open(session);
    ObjectNode key =
        Json.object()
            .put("algorithm", AccountKeeper.MEGOLM)
            .put("room_id", session.ref().room().value())
            .put("session_id", session.ref().session())
            .put("session_key", megolm.sessionKey())
            .put("shared_history", isShared(session.historyVisibility()));
    return inBatches(
        session.ref(),
        devices,
        "m.room.encrypted",
        d -> outbox.encrypt(d, "m.room_key", key),
        d -> new Share(d.ref(), d.curve25519(), megolm.messageIndex(), ""),
        turn);
  }

  private List<OutgoingRequest> refuse(
      OutboundSession session, String code, List<Device> devices, Turn turn) {
    if (code.equals(NO_OLM)) {
      // It is about the way to the device and not about the session: said once.
      devices.forEach(d -> turn.add(new CryptoChange.PutNoOlm(d.ref(), true)));
    }
    return inBatches(
        session.ref(),
        devices,
        "m.room_key.withheld",
        d -> withheld(session.ref(), code),
        d -> new Share(d.ref(), d.curve25519(), -1, code),
        turn);
  }

  private ObjectNode withheld(SessionRef ref, String code) {
    ObjectNode content =
        Json.object()
            .put("algorithm", AccountKeeper.MEGOLM)
            .put("sender_key", account.curve25519())
            .put("code", code);
    if (!code.equals(NO_OLM)) {
      content.put("room_id", ref.room().value()).put("session_id", ref.session());
    }
    return content.put(
        "reason",
        code.equals(NO_OLM)
            ? "Unable to establish a secure channel."
            : "The device is not verified.");
  }

  private static List<OutgoingRequest> inBatches(
      SessionRef ref,
      List<Device> devices,
      String type,
      java.util.function.Function<Device, ObjectNode> content,
      java.util.function.Function<Device, Share> share,
      Turn turn) {
    List<OutgoingRequest> requests = new ArrayList<>();
    for (int i = 0; i < devices.size(); i += BATCH) {
      ObjectNode messages = Json.object();
      for (Device device : devices.subList(i, Math.min(devices.size(), i + BATCH))) {
        OlmOutbox.address(messages, device.ref(), content.apply(device));
        turn.add(new CryptoChange.PutShare(ref, share.apply(device)));
      }
      OutgoingRequest.ToDevice request = OlmOutbox.request(type, messages);
      turn.add(new CryptoChange.Queue(new QueuedMessage(request, ref)));
      requests.add(request);
    }
    return requests;
  }

  /**
   * Encrypts a message, or gives what was encrypted for this transaction before.
   *
   * @throws IllegalStateException where the room was not prepared, or the database went back since
   */
  ObjectNode encrypt(RoomId room, String txn, String type, ObjectNode content, Turn turn) {
    Optional<SentMessage> before = store.sent(txn);
    if (before.isPresent()) {
      store.outbound(room).ifPresent(progress::met);
      return before.get().content();
    }
    OutboundSession session =
        store
            .outbound(room)
            .filter(s -> !progress.isPast(s))
            .orElseThrow(() -> new IllegalStateException("no session for " + room));
    MegolmOutbound megolm = open(session);
    ObjectNode clear = Json.object().put("type", type).put("room_id", room.value());
    ObjectNode inner = content.deepCopy();
    var relation = inner.remove("m.relates_to");
    clear.set("content", inner);
    String ciphertext = megolm.encrypt(Json.text(clear).getBytes(StandardCharsets.UTF_8));
    ObjectNode encrypted =
        Json.object()
            .put("algorithm", AccountKeeper.MEGOLM)
            .put("sender_key", account.curve25519())
            .put("device_id", store.device().device().value())
            .put("session_id", session.ref().session())
            .put("ciphertext", ciphertext);
    if (relation != null) {
      encrypted.set("m.relates_to", relation);
    }
    turn.add(
        new CryptoChange.PutOutbound(
            new OutboundSession(
                session.ref(),
                pickler.seal(Pickler.outbound(session.ref()), megolm::pickle),
                session.createdAt(),
                session.messages() + 1,
                session.historyVisibility())));
    turn.add(new CryptoChange.PutSent(new SentMessage(txn, room, encrypted)));
    return encrypted;
  }

  /** One that is damaged is not gone on with: the room gets a new session. */
  private boolean opens(OutboundSession session, Turn turn) {
    try {
      var unused = open(session);
      return true;
    } catch (DamagedRowException e) {
      return turn.refuse(Incident.DAMAGED_ROW);
    }
  }

  private MegolmOutbound open(OutboundSession session) {
    return open(
        pickler.open(
            session.pickle(), Pickler.outbound(session.ref()), MegolmOutbound::fromPickle));
  }

  private MegolmOutbound open(MegolmOutbound handle) {
    opened.addLast(handle::close);
    return handle;
  }

  private MegolmInbound open(MegolmInbound handle) {
    opened.addLast(handle::close);
    return handle;
  }

  /** Closes all, also where one fails. */
  void close() {
    try {
      while (!opened.isEmpty()) {
        opened.removeLast().run();
      }
    } finally {
      if (!opened.isEmpty()) {
        close();
      }
    }
  }
}
