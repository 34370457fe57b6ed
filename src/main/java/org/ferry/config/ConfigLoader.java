package org.ferry.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Loads the configuration from a file, or from the environment variable {@code FERRY_CONFIG}, which
 * holds the YAML itself; {@code FERRY_REGISTRATION} holds the registration where its file is
 * missing.
 */
public final class ConfigLoader {
  /** Where the configuration is looked for if nobody says so. */
  public static final String DEFAULT_FILE = "config.yaml";

  private static final String VARIABLE = "FERRY_CONFIG";
  private static final String REGISTRATION = "FERRY_REGISTRATION";

  private final Map<String, String> environment;
  private final Path workingFolder;

  /**
   * A loader.
   *
   * @param environment the environment's variables
   * @param workingFolder what a relative path of the configuration file is relative to
   */
  public ConfigLoader(Map<String, String> environment, Path workingFolder) {
    this.environment = environment;
    this.workingFolder = workingFolder.toAbsolutePath();
  }

  /**
   * Loads.
   *
   * @param file the file a person named; null takes {@code FERRY_CONFIG}, else {@link
   *     #DEFAULT_FILE}
   * @return a configuration without a mistake
   * @throws ConfigException with every mistake
   */
  public Config load(@Nullable Path file) {
    String yaml = environment.getOrDefault(VARIABLE, "");
    if (file == null && !yaml.isBlank()) {
      return load(VARIABLE, yaml, workingFolder);
    }
    Path path = file == null ? Path.of(DEFAULT_FILE) : file;
    Path whole = workingFolder.resolve(path).normalize();
    try {
      Path folder = whole.getParent() == null ? workingFolder : whole.getParent();
      return load(path.toString(), Files.readString(whole), folder);
    } catch (IOException e) {
      throw new ConfigException(path.toString(), missing(file, whole));
    }
  }

  private static String missing(@Nullable Path file, Path whole) {
    if (Files.exists(whole)) {
      return Files.isDirectory(whole)
          ? "is a folder; name the configuration file in it with -c"
          : "cannot be read as UTF-8 text by user " + System.getProperty("user.name");
    }
    return file == null
        ? "there is no configuration in "
            + whole.getParent()
            + "; ferry init writes one, -c names"
            + " one elsewhere"
        : "does not exist; ferry init writes a configuration";
  }

  /**
   * Reads a configuration that is at hand as text.
   *
   * @param name what to call it in messages
   * @param yaml the text
   * @param folder what relative paths in it are relative to
   * @throws ConfigException with every mistake
   */
  public Config load(String name, String yaml, Path folder) {
    Values values = new Values(name);
    new SchemaReader(values, new Interpolation(environment))
        .read(Schema.ROOT, Yaml.read(name, yaml));
    new Checks(values).run();
    Assembly assembly = new Assembly(environment, values, folder, port(values));
    Assembly.Opened opened = assembly.files();
    if (!values.problems().isEmpty()) {
      throw new ConfigException(
          values.problems().stream()
              .distinct()
              .sorted(
                  Comparator.comparing((Problem p) -> !p.file().equals(name))
                      .thenComparingInt(Problem::line))
              .toList());
    }
    Config config = assembly.config(opened);
    registration(config.appservice().registration());
    return config;
  }

  /**
   * Where no disk outlives a start, the registration comes by the environment: it is put in its
   * place. What is there already stays.
   */
  private void registration(Path file) {
    String given = environment.getOrDefault(REGISTRATION, "").strip();
    if (given.isEmpty()) {
      return;
    }
    if (!Files.exists(file)) {
      PrivateFiles.write(file, given + "\n");
    } else if (!given.equals(there(file))) {
      throw new ConfigException(
          REGISTRATION,
          "is another registration than "
              + file
              + " holds; remove the one that the homeserver does not have");
    }
  }

  private static String there(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new ConfigException(file.toString(), "cannot be read; is it a file of yours?");
    }
  }

  private OptionalInt port(Values values) {
    String port = environment.getOrDefault("PORT", "").strip();
    if (port.isEmpty()) {
      return OptionalInt.empty();
    }
    if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65535) {
      values.problem(0, "PORT", "the environment's PORT is not a port: \"" + port + "\"");
      return OptionalInt.empty();
    }
    return OptionalInt.of(Integer.parseInt(port));
  }
}
