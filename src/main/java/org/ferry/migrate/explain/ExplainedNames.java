package org.ferry.migrate.explain;

import static org.ferry.migrate.explain.ExplainedRooms.first;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.ferry.id.MxcUri;
import org.ferry.id.RoomAlias;
import org.ferry.id.UserId;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.CrossingLedger.CarriedAlias;
import org.ferry.migrate.CrossingLedger.CarriedMedia;
import org.ferry.migrate.CrossingLedger.CarriedPerson;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.LoadedSource;
import org.ferry.migrate.SourceLedger;
import org.ferry.migrate.SourceLedger.Stranger;
import org.ferry.migrate.plan.Plan;
import org.ferry.model.MediaFile;
import org.ferry.model.Person;

/** What is known of people, aliases and files. */
final class ExplainedNames {
  private final SourceLedger sources;
  private final CrossingLedger ledger;
  private final Function<Crossing, Optional<Plan>> plans;

  ExplainedNames(
      SourceLedger sources, CrossingLedger ledger, Function<Crossing, Optional<Plan>> plans) {
    this.sources = sources;
    this.ledger = ledger;
    this.plans = plans;
  }

  List<Known> user(UserId id, List<LoadedSource> loaded, List<Crossing> crossings) {
    List<Known> known = new ArrayList<>();
    for (LoadedSource source : loaded) {
      List<Crossing> own = of(source, crossings);
      UserId old =
          own.stream()
              .flatMap(c -> first(ledger.people(c.id()), p -> p.target().equals(id)).stream())
              .map(CarriedPerson::old)
              .findFirst()
              .orElse(id);
      first(sources.people(source.id()), p -> p.id().equals(old))
          .map(p -> account(p, source))
          .or(() ->
              first(sources.strangers(source.id()), s -> s.id().equals(old))
                  .map(s -> stranger(s, source)))
          .ifPresent(known::add);
      own.forEach(c -> person(old, c).ifPresent(known::add));
    }
    return known;
  }

  private static List<Crossing> of(LoadedSource source, List<Crossing> crossings) {
    return crossings.stream().filter(c -> c.source() == source.id()).toList();
  }

  private static Known account(Person p, LoadedSource source) {
    return new Known("user", source.info().server())
        .with("id", p.id())
        .with("name", p.displayName())
        .with("picture", p.avatar())
        .with("deactivated", p.deactivated())
        .with("administrator", p.admin())
        .with("guest", p.guest())
        .with("bridged", p.bridged())
        .at("since", p.createdAt());
  }

  private static Known stranger(Stranger s, LoadedSource source) {
    return new Known("user", source.info().server())
        .with("id", s.id())
        .with("account", "none on this server; known from rooms");
  }

  private Optional<Known> person(UserId old, Crossing crossing) {
    Optional<CarriedPerson> row = first(ledger.people(crossing.id()), p -> p.old().equals(old));
    Optional<Plan.PlanPerson> plan =
        plans.apply(crossing).stream()
            .flatMap(p -> p.people().stream())
            .filter(p -> p.id().equals(old))
            .findFirst();
    if (row.isEmpty() && plan.isEmpty()) {
      return Optional.empty();
    }
    Known known = new Known("user", Explainer.into(crossing)).with("id", old);
    row.ifPresent(r ->
        known
            .with("state", r.state())
            .with("now", r.target())
            .with("device", r.device())
            .with("reason", r.reason())
            .with("link", "https://matrix.to/#/" + r.target()));
    plan.ifPresent(p ->
        known.with(
            "plan",
            "%s (%s)%s"
                .formatted(
                    p.action().name().toLowerCase(Locale.ROOT),
                    p.reason(),
                    p.target() == null ? "" : " as " + p.target())));
    return Optional.of(known);
  }

  List<Known> alias(RoomAlias id, List<LoadedSource> loaded, List<Crossing> crossings) {
    List<Known> known = new ArrayList<>();
    for (LoadedSource source : loaded) {
      first(sources.aliases(source.id()), a -> a.alias().equals(id))
          .ifPresent(a ->
              known.add(
                  new Known("alias", source.info().server())
                      .with("id", a.alias())
                      .with("room", a.room())));
    }
    for (Crossing crossing : crossings) {
      first(ledger.aliases(crossing.id()), a -> a.old().equals(id) || a.target().equals(id))
          .ifPresent(a -> known.add(alias(a, crossing)));
    }
    return known;
  }

  private static Known alias(CarriedAlias a, Crossing crossing) {
    return new Known("alias", Explainer.into(crossing))
        .with("id", a.old())
        .with("now", a.target())
        .with("state", a.state())
        .with("room", a.room())
        .with("reason", a.reason())
        .with("link", "https://matrix.to/#/" + a.target());
  }

  List<Known> file(MxcUri id, List<LoadedSource> loaded, List<Crossing> crossings) {
    List<Known> known = new ArrayList<>();
    for (LoadedSource source : loaded) {
      List<Crossing> own = of(source, crossings);
      MxcUri old =
          own.stream()
              .flatMap(c -> first(ledger.media(c.id()), m -> id.equals(m.target())).stream())
              .map(CarriedMedia::old)
              .findFirst()
              .orElse(id);
      sources.media(source.id(), old).ifPresent(m -> known.add(file(m, source)));
      own.forEach(c -> ledger.media(c.id(), old).ifPresent(m -> known.add(file(m, c))));
    }
    return known;
  }

  private static Known file(MediaFile m, LoadedSource source) {
    return new Known("file", source.info().server())
        .with("id", m.uri())
        .with("name", m.name())
        .with("type", m.mimeType())
        .with("bytes", m.length())
        .with("uploaded_by", m.uploader())
        .with("path", m.path())
        .with("quarantined", m.quarantined());
  }

  private static Known file(CarriedMedia m, Crossing crossing) {
    return new Known("file", Explainer.into(crossing))
        .with("id", m.old())
        .with("state", m.state())
        .with("now", m.target())
        .with("sha256", m.sha256())
        .with("bytes", m.length() < 0 ? null : m.length())
        .with("reason", m.reason());
  }
}
