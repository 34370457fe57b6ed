package org.ferry.lab;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** How Synapse is run on this machine. */
sealed interface SynapseRuntime permits ContainerRuntime, VenvRuntime {
  /** The version that both kinds run. */
  String VERSION = "1.163.2";

  /** The environment variable that names a virtual environment to use as it is. */
  String OWN_VENV = "FERRY_SYNAPSE_VENV";

  /**
   * The command that runs it in the foreground.
   *
   * @param name a name for this server, unique on this machine
   * @param folder the server's folder, the only one it reads and writes
   * @param configs its configuration files
   * @return the command line
   */
  List<String> command(String name, Path folder, List<Path> configs);

  /** What ends it by force where a signal to the process of {@link #command} would not. */
  List<String> killCommand(String name);

  /** What ends it in order, likewise. */
  List<String> stopCommand(String name);

  /**
   * The one place where the kind is chosen: a container where an engine runs, else a virtual
   * environment in the cache folder, which is made on first use.
   *
   * @param cacheDir Ferry's cache folder
   * @param say hears the choice and what takes long
   * @return the runtime, ready to run
   */
  static SynapseRuntime choose(Path cacheDir, Consumer<String> say) {
    String own = System.getenv().getOrDefault(OWN_VENV, "");
    if (!own.isEmpty()) {
      say.accept("Synapse: the virtual environment " + own + " (" + OWN_VENV + ")");
      return VenvRuntime.existing(Path.of(own));
    }
    var engine =
        Tool.run(
            Duration.ofSeconds(15),
            List.of("docker", "version", "--format", "{{.Server.Version}}"));
    if (engine.ok()) {
      say.accept("Synapse: " + ContainerRuntime.IMAGE + " in a container");
      return new ContainerRuntime();
    }
    say.accept("Synapse: " + VERSION + " from PyPI, no container engine runs here");
    return VenvRuntime.inCache(cacheDir, say);
  }
}
