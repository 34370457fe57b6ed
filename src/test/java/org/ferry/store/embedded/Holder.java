package org.ferry.store.embedded;

import java.io.IOException;
import java.nio.file.Path;

/** A second process for tests: holds the server until a byte or the end comes on standard input. */
final class Holder {
  private Holder() {}

  public static void main(String[] args) throws IOException {
    try (var hold = EmbeddedPostgres.open(Path.of(args[0]), Path.of(args[1]))) {
      System.out.println("port=" + hold.port());
      System.out.flush();
      var unused = System.in.read();
    }
  }
}
