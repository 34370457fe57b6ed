package org.ferry.testing.peers;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.ferry.testing.PythonEnvironment;

/** The clients there are. */
public enum PeerKind {
  /** matrix-nio on vodozemac: exports and imports keys, asks for keys, cannot cross-sign. */
  NIO("nio_peer.py", "matrix-nio[e2e]==0.26.0", "vodozemac==0.10.0"),
  /** mautrix-python on libolm: cross-signs, knows no export files. */
  MAUTRIX("mautrix_peer.py", "mautrix[encryption]==0.21.1", "python-olm==3.2.16");

  private final String script;
  private final String packages;

  PeerKind(String script, String... packages) {
    this.script = script;
    this.packages = String.join(" ", packages);
  }

  String script() {
    return script;
  }

  /** Its Python, installed on the first use of a machine, which takes about a minute. */
  Path python() {
    return new PythonEnvironment(
            "peer-" + name().toLowerCase(Locale.ROOT), List.of(packages.split(" ", -1)))
        .python();
  }
}
