package org.ferry.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Watches a process while it runs: the most memory it held, and the processor time it took. */
final class Gauge implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final ProcessHandle process;
  private final Thread watcher;
  private volatile boolean ended;
  private volatile long peakKib;
  private volatile Duration cpu = Duration.ZERO;

  Gauge(ProcessHandle process) {
    this.process = process;
    this.watcher = Thread.ofVirtual().start(this::watch);
  }

  private void watch() {
    Path status = Path.of("/proc", String.valueOf(process.pid()), "status");
    while (!ended && process.isAlive()) {
      process.info().totalCpuDuration().ifPresent(d -> cpu = d.compareTo(cpu) > 0 ? d : cpu);
      try {
        Files.readAllLines(status).stream()
            .filter(l -> l.startsWith("VmHWM:"))
            .map(l -> Long.parseLong(l.replaceAll("[^0-9]", "")))
            .forEach(kib -> peakKib = Math.max(peakKib, kib));
        if (ends()) {
          ended = true;
        }
      } catch (IOException e) {
        // It ended between two looks, or this system has no /proc.
        ended = true;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        ended = true;
      }
    }
  }

  /** Waits for the process's end until the next look is due. */
  private boolean ends() throws InterruptedException {
    try {
      var unused = process.onExit().get(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("the process cannot be watched", e);
    }
  }

  /** The most memory that was resident, in MiB; 0 where the system does not say. */
  long peakMib() {
    return peakKib >> 10;
  }

  /** Processor time up to the last look, a tenth of a second before the end at most. */
  Duration cpu() {
    return cpu;
  }

  @Override
  public void close() {
    ended = true;
    try {
      watcher.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
