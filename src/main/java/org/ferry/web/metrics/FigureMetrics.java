package org.ferry.web.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.ferry.live.watch.Figures;
import org.ferry.live.watch.Figures.Figure;
import org.ferry.web.metrics.Catalog.Shown;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prints the numbers of the database, read when they are asked for. A database that does not answer
 * is waited for no longer than Prometheus waits for us, and asked once, however often we are.
 */
final class FigureMetrics implements MultiCollector {
  private static final Logger LOG = LoggerFactory.getLogger(FigureMetrics.class);
  private static final long SECONDS = 4;

  private final Figures figures;
  private final AtomicReference<@Nullable FutureTask<List<Figure>>> asked = new AtomicReference<>();

  FigureMetrics(Figures figures) {
    this.figures = figures;
  }

  @Override
  public MetricSnapshots collect() {
    Optional<List<Figure>> answer = look();
    if (answer.isEmpty()) {
      return one(up(0));
    }
    List<Figure> found = answer.get();
    List<MetricSnapshot> all = new ArrayList<>(List.of(up(1)));
    for (Shown shown : Catalog.ALL) {
      List<Figure> mine = found.stream().filter(f -> f.name().equals(shown.figure())).toList();
      boolean unused = all.add(shown.counter() ? counter(shown, mine) : gauge(shown, mine));
    }
    return new MetricSnapshots(all);
  }

  /** Empty where the database does not answer. */
  private Optional<List<Figure>> look() {
    FutureTask<List<Figure>> fresh = new FutureTask<>(figures::look);
    FutureTask<List<Figure>> task =
        Objects.requireNonNull(
            asked.updateAndGet(before -> before == null || before.isDone() ? fresh : before));
    if (task.equals(fresh)) {
      Thread unused = Thread.ofVirtual().name("figures").start(task);
    }
    try {
      return Optional.of(task.get(SECONDS, TimeUnit.SECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      LOG.warn("event=metrics_without_database {}", String.valueOf(e.getCause()));
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
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
              CounterSnapshot.CounterDataPointSnapshot.builder()
                  .labels(labels(shown, figure))
                  .value(figure.value())
                  .build());
    }
    return all.build();
  }

  private static MetricSnapshot gauge(Shown shown, List<Figure> figures) {
    GaugeSnapshot.Builder all = GaugeSnapshot.builder().name(shown.name()).help(shown.help());
    for (Figure figure : figures) {
      all =
          all.dataPoint(
              GaugeSnapshot.GaugeDataPointSnapshot.builder()
                  .labels(labels(shown, figure))
                  .value(figure.value())
                  .build());
    }
    return all.build();
  }

  private static Labels labels(Shown shown, Figure figure) {
    return Labels.of(shown.labels(), figure.labels());
  }
}
