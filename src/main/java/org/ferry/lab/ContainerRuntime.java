package org.ferry.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Synapse from its image; it shares the host's network, so addresses are the same in and out. */
final class ContainerRuntime implements SynapseRuntime {
  static final String IMAGE = "matrixdotorg/synapse:v" + VERSION;

  @Override
  public List<String> command(String name, Path folder, List<Path> configs) {
    List<String> line = new ArrayList<>(List.of("docker", "run", "--rm", "--init", "--name", name));
    line.addAll(List.of("--network", "host", "--user", owner(folder)));
    line.addAll(List.of("--volume", folder + ":" + folder));
    line.addAll(List.of("--entrypoint", "python", IMAGE, "-m", "synapse.app.homeserver"));
    configs.forEach(config -> line.addAll(List.of("-c", config.toString())));
    return line;
  }

  private static String owner(Path folder) {
    try {
      return Files.getAttribute(folder, "unix:uid") + ":" + Files.getAttribute(folder, "unix:gid");
    } catch (IOException e) {
      throw new LabException("The owner of " + folder + " cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public List<String> killCommand(String name) {
    return List.of("docker", "rm", "--force", name);
  }

  @Override
  public List<String> stopCommand(String name) {
    return List.of("docker", "stop", name);
  }
}
