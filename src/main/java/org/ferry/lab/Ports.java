package org.ferry.lab;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** TCP ports on loopback. */
public final class Ports {
  private static final int LOWEST = 20_000;
  private static final int HIGHEST = 32_000;
  private static final int ATTEMPTS = 200;

  /**
   * What one program hands out may be bound only later, and another that runs beside it would find
   * it free: programs of different numbers hand out different ports.
   */
  private static final int PROGRAMS = 4;

  private static final int PROGRAM = Integer.getInteger("ferry.fork", 0) % PROGRAMS;

  /** For the same reason nothing is handed out twice. */
  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  private Ports() {}

  /**
   * A port that nobody listens on at this moment, below those that the system gives to outgoing
   * connections; never the same twice.
   */
  public static int free() {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int turn = ThreadLocalRandom.current().nextInt((HIGHEST - LOWEST) / PROGRAMS);
      int port = LOWEST + turn * PROGRAMS + PROGRAM;
      if (isFree(port) && GIVEN.add(port)) {
        return port;
      }
    }
    throw new LabException("No free port on loopback between " + LOWEST + " and " + HIGHEST);
  }

  /** Whether nobody listens on a port at this moment. */
  public static boolean isFree(int port) {
    try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  /** The port that ends a server name. */
  static int of(String serverName) {
    return Integer.parseInt(serverName.substring(serverName.lastIndexOf(':') + 1));
  }
}
