package org.ferry.crypto;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ferry.id.UserId;

/** What a device wants sent to its homeserver, and what is done with the answers. */
final class Post {
  private static final int QUEUE_PAGE = 100;

  /** A message to devices that is refused is dropped after so many times, and not before this. */
  static final int MOST_REFUSALS = 10;

  static final Duration PATIENCE = Duration.ofHours(1);

  private final CryptoStore store;
  private final DeviceLists lists;
  private final Turns turns;
  private final Housekeeping housekeeping;

  Post(CryptoStore store, DeviceLists lists, Turns turns) {
    this.store = store;
    this.lists = lists;
    this.turns = turns;
    this.housekeeping = new Housekeeping(store, lists);
  }

  /** What is to be sent now, in this order. */
  List<OutgoingRequest> outgoing(Turn turn) {
    List<OutgoingRequest> wanted = new ArrayList<>();
    turns.account().tend(turn.now());
    housekeeping.tend(turn);
    turns.account().upload().ifPresent(wanted::add);
    turns.parts().inbox().tend(turn);
    wanted.addAll(turns.parts().claims().unwedging(turn));
    turns.parts().requests().ask(turn);
    turns.parts().secrets().ask(turn);
    wanted.addAll(turns.parts().giver().answer(turn));
    wanted.addAll(turns.parts().signing().wanted(turn));
    // New keys are committed before they are handed out.
    var unused = turns.commit(turn);
    store.queued(QUEUE_PAGE).forEach(q -> wanted.add(q.request()));
    // Last, for they wait for other people's homeservers.
    wanted.addAll(lists.nextQueries(turn.now()));
    return wanted;
  }

  /** A request was accepted. */
  void answered(OutgoingRequest request, JsonNode response, Turn turn) {
    switch (request) {
      case OutgoingRequest.KeysUpload r -> turns.account().uploaded(r, response, turn);
      case OutgoingRequest.KeysQuery r -> queried(r, response, turn);
      case OutgoingRequest.KeysClaim r -> turns.parts().claims().answered(r, response, turn);
      case OutgoingRequest.ToDevice r -> turn.add(new CryptoChange.Unqueue(r.id()));
      case OutgoingRequest.CrossSigningUpload r ->
          turns.parts().signing().answered(r, response, turn);
      case OutgoingRequest.SignatureUpload r -> turns.parts().signing().answered(r, response, turn);
    }
  }

  private void queried(OutgoingRequest.KeysQuery request, JsonNode response, Turn turn) {
    JsonNode ours = response.path("device_keys").path(self().value());
    if (request.users().contains(self()) && ours.isObject()) {
      turns.account().compare(ours.path(store.device().device().value()));
    }
    lists.answered(request, response, turn);
  }

  /** A request was refused, or nobody answered. */
  void failed(OutgoingRequest request, RequestFailure failure, Turn turn) {
    switch (request) {
      case OutgoingRequest.KeysUpload r -> turns.account().refused(r, failure, turn);
      case OutgoingRequest.KeysQuery r -> lists.failed(r, turn);
      case OutgoingRequest.KeysClaim r -> turns.parts().claims().failed(r, turn.now());
      case OutgoingRequest.ToDevice r -> undeliverable(r, failure, turn);
      case OutgoingRequest.CrossSigningUpload r ->
          turns.parts().signing().refused(r, failure, turn);
      case OutgoingRequest.SignatureUpload r -> turns.parts().signing().refused(r, failure, turn);
    }
  }

  /**
   * What the homeserver calls wrong stays wrong, and would hold up all that comes after it. What it
   * refuses otherwise may be let through once somebody has mended something, but not for ever.
   */
  private void undeliverable(OutgoingRequest.ToDevice request, RequestFailure failure, Turn turn) {
    Optional<Refusals> before = store.refusals(request.id());
    Refusals now =
        new Refusals(
            before.map(Refusals::times).orElse(0) + 1,
            before.map(Refusals::since).orElse(turn.now()));
    boolean patient =
        now.times() < MOST_REFUSALS || Clocks.lasts(now.since(), PATIENCE, turn.now());
    if (failure.status() != 400 && failure.status() != 413 && patient) {
      turn.add(new CryptoChange.PutRefusals(request.id(), now));
      return;
    }
    turn.add(new CryptoChange.Unqueue(request.id()));
    boolean unused = turn.refuse(Incident.UNDELIVERABLE);
    turn.alarm(
        "the homeserver refuses a message to %d devices of %d users (%d %s, refused %d times); it was dropped. Who misses a room key in it asks for it, or reads from the next one on."
            .formatted(
                devices(request),
                request.body().path("messages").size(),
                failure.status(),
                failure.errcode(),
                now.times()));
  }

  private static int devices(OutgoingRequest.ToDevice request) {
    int devices = 0;
    for (JsonNode user : request.body().path("messages")) {
      devices += user.size();
    }
    return devices;
  }

  private UserId self() {
    return store.device().user();
  }
}
