package org.ferry.lab;

import java.nio.file.Path;
import java.util.List;

/**
 * What a Synapse of the lab is like.
 *
 * @param folder a name for its folder, of letters, digits and hyphens; its data live on in it
 * @param serverName the domain of its users; where {@code federating}, an empty one stands for
 *     {@code localhost:PORT}
 * @param database where it keeps its data
 * @param rateLimited whether the limits are Synapse's defaults; else they are out of the way
 * @param federating whether it listens for other servers, by TLS with a certificate of its own
 * @param appServices registration files
 * @param maxUpload the upload limit, as Synapse writes it: {@code 50M}
 * @param extraYaml further configuration; its top-level keys replace those of the lab
 */
public record SynapseSettings(
    String folder,
    String serverName,
    Database database,
    boolean rateLimited,
    boolean federating,
    List<Path> appServices,
    String maxUpload,
    String extraYaml) {

  /** Where a Synapse keeps its data. */
  public enum Database {
    /** A database in the lab's PostgreSQL. */
    POSTGRES,
    /** A file; a second quicker to start. */
    SQLITE
  }

  /** Checks the folder's name and copies the list. */
  public SynapseSettings {
    if (!folder.matches("[A-Za-z0-9-]{1,40}")) {
      throw new IllegalArgumentException("not a folder name of the lab: " + folder);
    }
    if (serverName.isEmpty() && !federating) {
      throw new IllegalArgumentException("a server that does not federate needs a server name");
    }
    appServices = List.copyOf(appServices);
  }

  /**
   * A server on PostgreSQL, alone, without rate limits.
   *
   * @param folder a name for its folder
   * @param serverName the domain of its users
   * @return the settings
   */
  public static SynapseSettings of(String folder, String serverName) {
    return new SynapseSettings(
        folder, serverName, Database.POSTGRES, false, false, List.of(), "50M", "");
  }

  /**
   * A server that other servers of the lab can reach, named {@code localhost:PORT}.
   *
   * @param folder a name for its folder
   * @return the settings
   */
  public static SynapseSettings federating(String folder) {
    return new SynapseSettings(folder, "", Database.POSTGRES, false, true, List.of(), "50M", "");
  }

  /** The same with its data elsewhere. */
  public SynapseSettings on(Database other) {
    return new SynapseSettings(
        folder, serverName, other, rateLimited, federating, appServices, maxUpload, extraYaml);
  }

  /** The same with Synapse's default rate limits. */
  public SynapseSettings withRateLimits() {
    return new SynapseSettings(
        folder, serverName, database, true, federating, appServices, maxUpload, extraYaml);
  }

  /** The same with these registrations instead. */
  public SynapseSettings withAppServices(Path... registrations) {
    return new SynapseSettings(
        folder,
        serverName,
        database,
        rateLimited,
        federating,
        List.of(registrations),
        maxUpload,
        extraYaml);
  }

  /** The same with another upload limit, such as {@code 10K}. */
  public SynapseSettings withMaxUpload(String limit) {
    return new SynapseSettings(
        folder, serverName, database, rateLimited, federating, appServices, limit, extraYaml);
  }

  /** The same with this further configuration instead. */
  public SynapseSettings withExtraYaml(String yaml) {
    return new SynapseSettings(
        folder, serverName, database, rateLimited, federating, appServices, maxUpload, yaml);
  }
}
