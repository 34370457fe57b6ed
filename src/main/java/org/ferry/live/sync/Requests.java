package org.ferry.live.sync;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.ferry.crypto.OutgoingRequest;
import org.ferry.crypto.OutgoingRequest.CrossSigningUpload;
import org.ferry.crypto.OutgoingRequest.KeysClaim;
import org.ferry.crypto.OutgoingRequest.KeysQuery;
import org.ferry.crypto.OutgoingRequest.KeysUpload;
import org.ferry.crypto.OutgoingRequest.SignatureUpload;
import org.ferry.crypto.OutgoingRequest.ToDevice;
import org.ferry.crypto.RequestFailure;
import org.ferry.live.Signal;
import org.ferry.matrix.client.DeviceKeys;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.event.Json;

/**
 * Sends what a device's machine wants sent, and tells it the answers. A request is wanted until it
 * was answered, with the same id: what a crash left open is sent again as it was. For one thread;
 * where two work with one machine, a request may be sent twice, which does no harm.
 */
public final class Requests {
  /** What is due at a time of its own, such as a repeated query, is found by looking. */
  private static final Duration TICK = Duration.ofSeconds(2);

  /** A request that is refused is sent again after this, doubled each time. */
  private static final Duration REFUSED = Duration.ofSeconds(1);

  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final int REMEMBERED = 1_000;

  private final Machine machine;
  private final DeviceKeys keys;
  private final Witness witness;

  /** The requests that were refused and are still wanted, by their ids. */
  private final Map<String, Refused> refused =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Refused> eldest) {
          return size() > REMEMBERED;
        }
      };

  /**
   * How often a request was refused, and when it may be sent again (of {@link System#nanoTime}).
   */
  private record Refused(int times, long again) {}

  /**
   * Requests of a device.
   *
   * @param machine the device's
   * @param as the user as the same device
   */
  public Requests(Machine machine, Intent as) {
    this.machine = machine;
    this.keys = as.keys();
    this.witness = new Witness(as, machine);
  }

  /**
   * Sends until the thread is interrupted.
   *
   * @param news woken when the machine may want something
   * @throws org.ferry.matrix.client.HomeserverFailure where the homeserver stays away, or refuses
   *     the device itself
   */
  void run(Signal news) throws InterruptedException {
    while (true) {
      if (!sendAll()) {
        news.await(TICK);
      }
    }
  }

  /**
   * Sends everything that is wanted now, but what was refused a short time ago; whether there was
   * anything.
   */
  boolean sendAll() {
    boolean any = false;
    for (OutgoingRequest request : machine.outgoing()) {
      Refused before = refused.get(request.id());
      if (before == null || before.again() - System.nanoTime() <= 0) {
        if (send(request)) {
          var unused = refused.remove(request.id());
        } else {
          note(request, before == null ? 0 : before.times());
        }
        any = true;
      }
    }
    return any;
  }

  /** What is refused for ever must not be sent without end. */
  private void note(OutgoingRequest request, int times) {
    Duration pause = REFUSED.multipliedBy(1L << Math.min(times, 10));
    pause = pause.compareTo(LONGEST) > 0 ? LONGEST : pause;
    var unused =
        refused.put(request.id(), new Refused(times + 1, System.nanoTime() + pause.toNanos()));
  }

  /**
   * Sends one request, and tells the machine what came of it.
   *
   * @param request as the machine gave it out
   * @return whether it was accepted, or is not wanted any more
   * @throws org.ferry.matrix.client.HomeserverFailure where the homeserver does not answer, or
   *     refuses the device itself
   */
  @CanIgnoreReturnValue
  public boolean send(OutgoingRequest request) {
    ObjectNode answer;
    try {
      if (!mayLeave(request)) {
        return true;
      }
      answer = ask(request);
    } catch (MatrixException e) {
      if (e.isUnknownDevice() || refusesToken(e) || e.mayResolve()) {
        throw e;
      }
      machine.failed(request, new RequestFailure(e.status(), e.errcode(), e.error()));
      return false;
    }
    machine.answered(request, answer);
    return true;
  }

  /** A 401 without a code asks for further authentication, which is the request's matter. */
  static boolean refusesToken(MatrixException e) {
    return e.isTokenRefused() && !e.errcode().isEmpty();
  }

  /**
   * The homeserver is told before an Olm message leaves, and before other one-time keys do. Where
   * that shows that the database was set back, what was made with it stays here.
   */
  private boolean mayLeave(OutgoingRequest request) {
    return switch (request) {
      case KeysUpload r -> !r.body().has("one_time_keys") || witness.raise();
      case ToDevice r when r.eventType().equals("m.room.encrypted") ->
          witness.raise() && machine.isQueued(r);
      default -> true;
    };
  }

  private ObjectNode ask(OutgoingRequest request) {
    return switch (request) {
      case KeysUpload r -> keys.upload(r.body());
      case KeysQuery r -> keys.query(r.body());
      case KeysClaim r -> keys.claim(r.body());
      case CrossSigningUpload r -> keys.uploadCrossSigning(r.body());
      case SignatureUpload r -> keys.uploadSignatures(r.body());
      case ToDevice r -> {
        keys.sendToDevice(r.eventType(), r.id(), messages(r));
        yield Json.object();
      }
    };
  }

  private static ObjectNode messages(ToDevice request) {
    return request.body().path("messages") instanceof ObjectNode messages
        ? messages
        : Json.object();
  }
}
