package org.ferry.web;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs all checks side by side, and waits for none longer than it is told. */
final class Readiness {
  private final List<HealthCheck> checks;

  Readiness(List<HealthCheck> checks) {
    this.checks = List.copyOf(checks);
  }

  /**
   * What came of each check, and whether all is well.
   *
   * @param seconds how long a check is waited for
   */
  JsonObject report(long seconds) {
    List<FutureTask<String>> running = new ArrayList<>();
    for (HealthCheck check : checks) {
      FutureTask<String> task = new FutureTask<>(check::check);
      Thread unused = Thread.ofVirtual().name("health-" + check.name()).start(task);
      boolean unused2 = running.add(task);
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    JsonObject results = new JsonObject();
    boolean ready = true;
    for (int i = 0; i < checks.size(); i++) {
      JsonObject result = result(running.get(i), deadline, seconds);
      ready &= result.getBoolean("ok");
      results = results.put(checks.get(i).name(), result);
    }
    return new JsonObject().put("ready", ready).put("checks", results);
  }

  private static JsonObject result(FutureTask<String> task, long deadline, long seconds) {
    try {
      String found = task.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
      return new JsonObject().put("ok", true).put("detail", found);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      String message = cause.getMessage();
      return failed(message == null ? cause.getClass().getSimpleName() : message);
    } catch (TimeoutException e) {
      boolean unused = task.cancel(true);
      return failed("no answer within " + seconds + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return failed("interrupted");
    }
  }

  private static JsonObject failed(String why) {
    return new JsonObject().put("ok", false).put("detail", why);
  }
}
