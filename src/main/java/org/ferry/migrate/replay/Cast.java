package org.ferry.migrate.replay;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.ferry.id.DeviceId;
import org.ferry.id.EventId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.migrate.CrossingLedger.CarriedPerson;
import org.ferry.migrate.plan.Plan;

/**
 * Who stands for whom, and how they act: every ghost sends from a device of its own, so that the
 * homeserver remembers its transaction ids for a day. The device is made when the ghost first
 * sends. Safe for use by many threads.
 */
public final class Cast {
  /** The replay device of each ghost; it has no keys. */
  static final DeviceId DEVICE = new DeviceId("FERRY");

  static final String DEVICE_NAME = "Ferry";

  private final Voyage voyage;
  private final Map<UserId, UserId> targets = new ConcurrentHashMap<>();
  private final Set<UserId> real = ConcurrentHashMap.newKeySet();
  private final Map<UserId, CarriedPerson> rows = new ConcurrentHashMap<>();
  private final Map<UserId, Intent> senders = new ConcurrentHashMap<>();
  private final GuestDevices devices;
  private final Crew crew;

  /**
   * The cast of a crossing.
   *
   * @param voyage the crossing
   */
  public Cast(Voyage voyage) {
    this.voyage = voyage;
    this.devices = new GuestDevices(voyage);
    for (Plan.PlanPerson person : voyage.plan().people()) {
      if (person.target() != null && person.action() != Plan.PersonAction.SKIP) {
        targets.put(person.id(), person.target());
        if (person.real()) {
          real.add(person.target());
        }
      }
    }
    try (Stream<CarriedPerson> people = voyage.ledger().people(voyage.id())) {
      List<CarriedPerson> carried = people.toList();
      carried.forEach(p -> rows.put(p.target(), p));
      this.crew = Crew.of(voyage, carried.stream());
    }
  }

  /** Who of the destination's users is Ferry's own, as of when this was made. */
  public Crew crew() {
    return crew;
  }

  /** The new id of a person, or empty where the plan carries none of theirs. */
  public Optional<UserId> target(UserId old) {
    return Optional.ofNullable(targets.get(old));
  }

  /** A user of the destination as who acts, without a device: for state and reading. */
  public Intent actor(UserId target) {
    return voyage.homeserver().as(target);
  }

  /**
   * Sends as a user of the destination, from their replay device. One that is gone, because its
   * owner removed it or the homeserver did for being unused, is made anew, once.
   *
   * @param target who sends
   * @param request what is sent
   * @return what the request gave
   */
  public EventId fromDevice(UserId target, Function<Intent, EventId> request) {
    try {
      return request.apply(sender(target));
    } catch (MatrixException e) {
      if (!e.isUnknownDevice()) {
        throw e;
      }
      forgetDevice(target);
      return request.apply(sender(target));
    }
  }

  private void forgetDevice(UserId target) {
    senders.remove(target);
    row(target)
        .filter(r -> r.device() != null)
        .ifPresent(r ->
            remember(new CarriedPerson(r.old(), target, r.state(), null, r.profile(), r.reason())));
  }

  private Intent sender(UserId target) {
    Intent known = senders.get(target);
    if (known != null) {
      return known;
    }
    // Two that make the device at once make the same one; no lock is held while the server answers.
    Intent made = withDevice(target);
    Intent first = senders.putIfAbsent(target, made);
    return first == null ? made : first;
  }

  /**
   * Takes the replay devices out of people's own accounts; whoever sends again gets a new one.
   *
   * @param say told of devices that stay for now
   */
  public void withdraw(Consumer<String> say) {
    devices.withdraw(say);
    senders.keySet().removeAll(real);
  }

  /** True for an account that a person logs in to. */
  boolean isReal(UserId target) {
    return real.contains(target);
  }

  private Intent withDevice(UserId target) {
    if (real.contains(target)) {
      return voyage.homeserver().as(target, devices.of(target));
    }
    CarriedPerson row = rows.get(target);
    if (row != null && row.device() != null) {
      return voyage.homeserver().as(target, new DeviceId(row.device()));
    }
    DeviceId device = voyage.homeserver().as(target).devices().ensure(DEVICE, DEVICE_NAME);
    if (row != null) {
      remember(
          new CarriedPerson(
              row.old(), target, row.state(), device.value(), row.profile(), row.reason()));
    }
    return voyage.homeserver().as(target, device);
  }

  /** The row of a person on the destination, or empty where nothing was begun. */
  Optional<CarriedPerson> row(UserId target) {
    return Optional.ofNullable(rows.get(target));
  }

  /** Writes a person's row. */
  void remember(CarriedPerson row) {
    rows.put(row.target(), row);
    voyage.ledger().person(voyage.id(), row);
  }
}
