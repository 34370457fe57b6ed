package org.ferry.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Ctrl-C, SIGTERM and SIGHUP: the first asks the command to stop, which keeps what was done; the
 * second ends the process at once.
 *
 * <p>A shutdown hook could do the first but not the second, and could not choose the exit status.
 * The class that can is reached by reflection, because the compiler refuses to name it.
 */
final class Stop {
  private static final List<String> SIGNALS = List.of("INT", "TERM", "HUP");

  private final AtomicInteger signal = new AtomicInteger();
  private volatile @Nullable Runnable action;

  /** The number of the signal that asked to stop; 0 while none did. */
  int signal() {
    return signal.get();
  }

  /** Whether a stop was asked for. Long work looks at this between its steps. */
  boolean requested() {
    return signal.get() != 0;
  }

  /**
   * What a stop is to do; interrupting the command's thread if nothing else is said.
   *
   * @param stopping called once, on another thread; at once where the stop was asked for already
   */
  void onRequest(Runnable stopping) {
    action = stopping;
    if (requested()) {
      stopping.run();
    }
  }

  /** Asks to stop, as a signal of this number does. */
  void request(int number) {
    if (signal.compareAndSet(0, number) && action != null) {
      action.run();
    }
  }

  /** Listens to the signals; the second one of them halts the process. */
  void install(Runnable firstNotice) {
    IntConsumer received =
        number -> {
          if (requested()) {
            Runtime.getRuntime().halt(ExitStatus.SIGNAL + number);
          }
          firstNotice.run();
          request(number);
        };
    for (String name : SIGNALS) {
      try {
        handle(name, received);
      } catch (ReflectiveOperationException | IllegalArgumentException e) {
        // reason: a Java or system without this signal just ends, and what was done is kept.
      }
    }
  }

  private static void handle(String name, IntConsumer received)
      throws ReflectiveOperationException {
    Class<?> type = Class.forName("sun.misc.Signal");
    Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
    Object signal = type.getConstructor(String.class).newInstance(name);
    int number = (int) type.getMethod("getNumber").invoke(signal);
    InvocationHandler call =
        (proxy, method, args) -> {
          if (method.getName().equals("handle")) {
            received.accept(number);
          }
          return method.getReturnType() == int.class ? System.identityHashCode(proxy) : null;
        };
    Object handler =
        Proxy.newProxyInstance(Stop.class.getClassLoader(), new Class<?>[] {handlerType}, call);
    var handle = type.getMethod("handle", type, handlerType);
    Object before = handle.invoke(null, signal, handler);
    if (Objects.equals(handlerType.getField("SIG_IGN").get(null), before)) {
      // Started with nohup: what it ignores stays ignored.
      Object unused = handle.invoke(null, signal, before);
    }
  }
}
