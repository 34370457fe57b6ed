package org.ferry.matrix.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.ferry.id.DeviceId;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/**
 * One homeserver, spoken to with the application service's token, or with a user's own. Safe for
 * use by many threads; every call blocks and is meant for a virtual thread, never for an event
 * loop.
 */
public final class Homeserver implements AutoCloseable {
  /** No proxy's limit is smaller. */
  private static final long LARGE_FILE = 64 * 1024;

  private static final int REFUSALS = 3;

  private final HomeserverOptions options;
  private final Wire wire;
  private final Repeater repeater;
  private final Pace pace;
  private final InstantSource clock;
  private final boolean named;
  private final FileTrouble fileTrouble = new FileTrouble();
  private final TokenGate gate;
  private volatile @Nullable ServerVersions versions;
  private volatile long uploadLimit;

  /**
   * Opens no connection yet; concurrency is found by itself.
   *
   * @param vertx whose event loops do the I/O
   * @param options where and how
   * @param patience what to bear with
   * @param clock now
   */
  public Homeserver(
      Vertx vertx, HomeserverOptions options, Patience patience, InstantSource clock) {
    this(vertx, options, patience, clock, Pace.adaptive(clock));
  }

  /**
   * As above, with a pace of the caller's.
   *
   * @param vertx whose event loops do the I/O
   * @param options where and how
   * @param patience what to bear with
   * @param clock now
   * @param pace how many requests at once; told of every answer
   */
  public Homeserver(
      Vertx vertx, HomeserverOptions options, Patience patience, InstantSource clock, Pace pace) {
    this(options, new Wire(vertx, options), patience, clock, pace, new TokenGate(clock), true);
  }

  private Homeserver(
      HomeserverOptions options,
      Wire wire,
      Patience patience,
      InstantSource clock,
      Pace pace,
      TokenGate gate,
      boolean named) {
    this.options = options;
    this.named = named;
    this.pace = pace;
    this.wire = wire;
    this.clock = clock;
    this.gate = gate;
    this.repeater = new Repeater(options.address(), patience, clock, pace, Thread::sleep);
  }

  /**
   * The same server, asked once and not again: for what depends on a third server that may be gone,
   * and whose silence says nothing about this one.
   *
   * @return shares the connections, which stay this one's to close, and what is known of the token
   */
  public Homeserver impatient() {
    return new Homeserver(options, wire, Patience.none(), clock, Pace.adaptive(clock), gate, named);
  }

  /**
   * A homeserver spoken to with one user's own token, which speaks for nobody else: requests name
   * neither user nor device.
   *
   * @param vertx whose event loops do the I/O
   * @param options where and how; their token is that user's
   * @param patience what to bear with
   * @param clock now
   * @return the homeserver; {@link #as(UserId)} is to be called with that user only
   */
  public static Homeserver personal(
      Vertx vertx, HomeserverOptions options, Patience patience, InstantSource clock) {
    return new Homeserver(
        options,
        new Wire(vertx, options),
        patience,
        clock,
        Pace.adaptive(clock),
        new TokenGate(clock),
        false);
  }

  /** The server name, the part after the colon in its user ids. */
  public String domain() {
    return options.domain();
  }

  /** Its address as configured. */
  public String address() {
    return options.address();
  }

  /** Acts for a user of the application service's namespaces. */
  public Intent as(UserId user) {
    return new Intent(this, user, null);
  }

  /** Acts for a user as one of its devices. */
  public Intent as(UserId user, DeviceId device) {
    return new Intent(this, user, device);
  }

  /** Ways to a token of a user's own. */
  public Logins logins() {
    return new Logins(this);
  }

  /** What the server says it supports; asked once. */
  public ServerVersions versions() {
    ServerVersions known = versions;
    if (known == null) {
      known = ServerVersions.of(json(Call.get("/_matrix/client/versions").withoutToken()));
      versions = known;
    }
    return known;
  }

  /**
   * What the server can do, in the words of {@code GET /capabilities}; asked as the application
   * service itself, so that it needs no user that exists.
   */
  public ObjectNode capabilities() {
    return json(Call.get("/_matrix/client/v3/capabilities")).withObjectProperty("capabilities");
  }

  /** How many requests are let through at once, and why. */
  public Pace pace() {
    return pace;
  }

  /**
   * Tells when an outage begins and when it is over, in sentences for people.
   *
   * @param notice called from any thread, once at each end; must be quick
   */
  public void onWaiting(Consumer<String> notice) {
    repeater.onWaiting(notice);
  }

  /** True from one sentence of {@link #onWaiting} to the next: while an outage lasts. */
  public boolean isAwaited() {
    return repeater.isWaiting();
  }

  /**
   * Tells how long each successful answer took.
   *
   * @param told called from any thread with what was asked for, in one of few words; must be quick
   */
  public void onAnswer(BiConsumer<String, Duration> told) {
    repeater.onAnswer(told);
  }

  /**
   * Tells whenever the homeserver does not know the application service's token. Where it did know
   * it, one request in two minutes is sent from then on, until it knows it again.
   *
   * @param told called from any thread; must be quick
   */
  public void onTokenRefused(Runnable told) {
    gate.onRefusal(told);
  }

  Answer answer(Call asked) {
    Call call = named ? asked : asked.unnamed();
    return gated(
        call, () -> repeater.run(call, () -> probe(asked), () -> genuine(wire.send(call))));
  }

  /** A user's own token is its caller's to renew. */
  private Answer gated(Call call, Supplier<Answer> sending) {
    return named ? gate.pass(call, sending) : sending.get();
  }

  /** A success that is no JSON comes from something in between, and says nothing. */
  private Answer genuine(Answer answer) throws Lost {
    if (answer.isSuccess() && !answer.looksLikeJson()) {
      throw new Lost(
          Lost.Kind.NO_ANSWER,
          "what answers at "
              + options.address()
              + " is no homeserver ("
              + answer.status()
              + " without JSON): is homeserver.address right?");
    }
    return answer;
  }

  ObjectNode json(Call call) {
    return answer(call).json(call);
  }

  /** As above; of the elements at these paths those that cannot be read are null. */
  ObjectNode json(Call call, List<String> elements) {
    return answer(call).json(call, elements);
  }

  List<ObjectNode> array(Call call) {
    return answer(call).array(call);
  }

  Answer upload(Call asked, MediaBody body) {
    Call call = named ? asked : asked.unnamed();
    try {
      Answer answer =
          gated(call, () -> repeater.run(call, () -> probe(asked), refusable(call, body)));
      fileTrouble.stored(body.length());
      return answer;
    } catch (MatrixException e) {
      if (e.status() < 500
          || e.isGateway()
          || storesFiles(asked, fileTrouble.failed(body.length()))) {
        throw e;
      }
      throw new Unreachable(
          options.address(),
          "the homeserver at %s stores no more files (%s): is the disk of its media store full? Its log says why"
              .formatted(options.address(), e.getMessage()));
    }
  }

  /**
   * Some proxies, such as Caddy, answer 502 to what is too large for them. That would be waited out
   * as if the homeserver were away; it is not where it answers right afterwards, three times in a
   * row.
   */
  private Repeater.Attempt refusable(Call call, MediaBody body) {
    AtomicInteger refused = new AtomicInteger();
    return () -> {
      Answer answer = wire.upload(call, body);
      boolean only = body.length() >= LARGE_FILE && answer.status() == 502 && answersForFiles();
      if (only && refused.incrementAndGet() >= REFUSALS) {
        throw answer.refusal(call, Optional.empty());
      }
      if (!only) {
        refused.set(0);
      }
      return answer;
    };
  }

  /** Files may have a server of their own behind the proxy: whether that one is there. */
  private boolean answersForFiles() {
    try {
      return !wire.send(Call.get("/_matrix/media/v3/config").withoutToken()).isOutage();
    } catch (Lost e) {
      return false;
    }
  }

  /** Whether a file of ours is taken; where that remains open, those that failed are to blame. */
  private boolean storesFiles(Call call, long bytes) {
    String user = call.query().get("user_id");
    if (bytes == 0 || user == null) {
      return true;
    }
    try {
      Answer answer = new StorageProbe(wire, named).storeFile(new UserId(user), bytes);
      if (answer.isSuccess()) {
        fileTrouble.proven();
      }
      return !answer.isServerError();
    } catch (Lost | IOException e) {
      return true;
    }
  }

  /** Repeated only while no byte has been written: the stream cannot be taken back. */
  Answer download(Call asked, OutputStream to, AtomicLong written) {
    Call call = named ? asked : asked.unnamed();
    return repeater.run(
        call,
        () -> probe(asked),
        () -> {
          try {
            return wire.download(call, to, n -> written.addAndGet(n));
          } catch (Lost e) {
            if (written.get() > 0) {
              throw new Unreachable(options.address(), e.sentence() + ", in the middle of a file");
            }
            throw e;
          }
        });
  }

  /**
   * An attempt that breaks off leaves nothing behind: the next one fills the file from its start.
   */
  void fill(Path file, Call asked) {
    Call call = named ? asked : asked.unnamed();
    Answer unused =
        gated(
            call,
            () ->
                repeater.run(
                    call,
                    () -> probe(asked),
                    () -> {
                      try (OutputStream to = Files.newOutputStream(file)) {
                        return wire.download(call, to, n -> {});
                      }
                    }));
  }

  /** The upload limit last heard of; 0 before the first time. */
  long uploadLimit() {
    return uploadLimit;
  }

  void noteUploadLimit(long bytes) {
    uploadLimit = bytes;
  }

  /** Something that needs the server's database as much as a call does. */
  private Answer probe(Call call) throws Lost {
    String user = call.query().get("user_id");
    if (call.writes() && user != null) {
      return new StorageProbe(wire, named).store(new UserId(user));
    }
    return wire.send(Call.get("/_matrix/client/v3/joined_rooms"));
  }

  /** Closes the connections; requests under way fail. */
  @Override
  public void close() {
    wire.close();
  }
}
