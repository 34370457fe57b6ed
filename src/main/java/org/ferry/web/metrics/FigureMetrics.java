package org.ferry.web.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;
import org.ferry.live.watch.Figures;
import org.ferry.live.watch.Figures.Figure;
import org.ferry.migrate.LedgerException;

/** Prints the numbers of the database, read when they are asked for. */
final class FigureMetrics implements MultiCollector {
  private final Figures figures;

  FigureMetrics(Figures figures) {
    this.figures = figures;
  }

  /** How a number is printed. */
  private record Shown(String figure, String name, boolean counter, String label, String help) {}

  private static final List<Shown> SHOWN =
      List.of(
          new Shown(
              "transactions",
              "ferry_transactions",
              true,
              "",
              "Transactions taken from the homeserver."),
          new Shown(
              "transactions_waiting",
              "ferry_transactions_waiting",
              false,
              "",
              "Transactions that are not taken up yet."),
          new Shown(
              "inbox_lag",
              "ferry_inbox_lag_seconds",
              false,
              "",
              "Age of the oldest transaction that is not taken up."),
          new Shown("events", "ferry_events", true, "", "Events of followed rooms that came in."),
          new Shown(
              "events_waiting",
              "ferry_events_waiting",
              false,
              "",
              "Events that wait to be settled, for a key or their turn."),
          new Shown(
              "relay_lag",
              "ferry_relay_lag_seconds",
              false,
              "",
              "Age of the oldest event that is not settled."),
          new Shown("messages", "ferry_messages", true, "", "Messages that were told."),
          new Shown(
              "undecryptable",
              "ferry_undecryptable_events",
              false,
              "reason",
              "Events that no key opens so far."),
          new Shown(
              "room_keys",
              "ferry_room_keys",
              false,
              "",
              "Megolm sessions that Ferry holds keys of."),
          new Shown(
              "rooms_with_keys",
              "ferry_rooms_with_keys",
              false,
              "",
              "Rooms that Ferry holds keys of."),
          new Shown(
              "rooms_followed", "ferry_rooms_followed", false, "", "Rooms that Ferry follows."));

  @Override
  public MetricSnapshots collect() {
    List<Figure> found;
    try {
      found = figures.look();
    } catch (LedgerException e) {
      return one(up(0));
    }
    List<MetricSnapshot> all = new ArrayList<>(List.of(up(1)));
    for (Shown shown : SHOWN) {
      List<Figure> mine = found.stream().filter(f -> f.name().equals(shown.figure())).toList();
      if (mine.isEmpty()) {
        mine = List.of(new Figure(shown.figure(), "none", 0));
      }
      boolean unused = all.add(shown.counter() ? counter(shown, mine) : gauge(shown, mine));
    }
    return new MetricSnapshots(all);
  }

  private static MetricSnapshots one(MetricSnapshot snapshot) {
    return new MetricSnapshots(List.of(snapshot));
  }

  private static MetricSnapshot up(int value) {
    return GaugeSnapshot.builder()
        .name("ferry_database_up")
        .help("1 where the database answers; 0 where the numbers below are missing.")
        .dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder().value(value).build())
        .build();
  }

  private static MetricSnapshot counter(Shown shown, List<Figure> figures) {
    CounterSnapshot.Builder all = CounterSnapshot.builder().name(shown.name()).help(shown.help());
    for (Figure figure : figures) {
      all =
          all.dataPoint(
              CounterSnapshot.CounterDataPointSnapshot.builder().value(figure.value()).build());
    }
    return all.build();
  }

  private static MetricSnapshot gauge(Shown shown, List<Figure> figures) {
    GaugeSnapshot.Builder all = GaugeSnapshot.builder().name(shown.name()).help(shown.help());
    for (Figure figure : figures) {
      Labels labels =
          shown.label().isEmpty() ? Labels.EMPTY : Labels.of(shown.label(), figure.label());
      all =
          all.dataPoint(
              GaugeSnapshot.GaugeDataPointSnapshot.builder()
                  .labels(labels)
                  .value(figure.value())
                  .build());
    }
    return all.build();
  }
}
