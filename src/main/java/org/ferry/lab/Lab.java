package org.ferry.lab;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.ferry.store.embedded.EmbeddedPostgres;

/**
 * Real servers on this machine: one PostgreSQL and any number of Synapses with a database each. Its
 * folder keeps their data, so that a lab opened again goes on; what a killed run left running is
 * ended first.
 */
public final class Lab implements AutoCloseable {
  private final Path dir;
  private final FileChannel lock;
  private final SynapseRuntime runtime;
  private final EmbeddedPostgres postgres;
  private final Notes notes;
  private final List<SynapseServer> servers = new ArrayList<>();

  private Lab(Path dir, FileChannel lock, SynapseRuntime runtime, EmbeddedPostgres postgres) {
    this.dir = dir;
    this.lock = lock;
    this.runtime = runtime;
    this.postgres = postgres;
    this.notes = new Notes(dir.resolve("pids"));
  }

  /**
   * Opens the lab of a folder: its PostgreSQL runs when this returns. On the first use of a machine
   * Synapse is installed, which takes about a minute.
   *
   * @param dir the lab's folder, made where missing; one process at a time may use it
   * @param cacheDir Ferry's cache folder
   * @param say hears one line for each choice and for what takes long
   * @return the lab, to be closed
   * @throws LabException where something is missing, with the remedy
   */
  public static Lab open(Path dir, Path cacheDir, Consumer<String> say) {
    FileChannel lock = lock(dir);
    try {
      new Notes(dir.resolve("pids")).reap();
      SynapseRuntime runtime = SynapseRuntime.choose(cacheDir, say);
      return new Lab(dir, lock, runtime, EmbeddedPostgres.open(dir, cacheDir));
    } catch (RuntimeException e) {
      release(lock);
      throw e;
    }
  }

  private static FileChannel lock(Path dir) {
    try {
      Path file = Files.createDirectories(dir).resolve("lab.lock");
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (channel.tryLock() == null) {
        channel.close();
        throw inUse(dir);
      }
      return channel;
    } catch (OverlappingFileLockException e) {
      throw inUse(dir);
    } catch (IOException e) {
      throw new LabException("The folder " + dir + " cannot be used: " + e.getMessage(), e);
    }
  }

  private static LabException inUse(Path dir) {
    return new LabException(
        "Another process uses the servers in %s. End it, or choose another folder.".formatted(dir));
  }

  private static void release(FileChannel lock) {
    try {
      lock.close();
    } catch (IOException e) {
      throw new LabException("The lab's lock cannot be given back: " + e.getMessage(), e);
    }
  }

  /**
   * Starts a Synapse, with the data it had if its folder was used before.
   *
   * @param settings what it is like
   * @return the server, which answers
   */
  public SynapseServer start(SynapseSettings settings) {
    var files = new SynapseFiles(dir.resolve(settings.folder()));
    var server = new SynapseServer(runtime, files, postgres, notes, settings);
    synchronized (servers) {
      servers.add(server);
    }
    return server.start();
  }

  /**
   * Forgets the data of a Synapse that does not run.
   *
   * @param folder the folder name of its settings
   */
  public void forget(String folder) {
    SynapseDatabase.drop(postgres, folder);
    SynapseFiles.delete(dir.resolve(folder));
  }

  /** The lab's PostgreSQL. */
  public EmbeddedPostgres postgres() {
    return postgres;
  }

  /** The lab's folder. */
  public Path dir() {
    return dir;
  }

  /** Stops all its servers; on an interrupted thread too, as after Ctrl-C. */
  @Override
  public void close() {
    boolean interrupted = Thread.interrupted();
    try {
      stopServers();
    } finally {
      try {
        postgres.close();
      } finally {
        release(lock);
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  /** All of them, also where one does not end; that is what is thrown then. */
  private void stopServers() {
    List<LabException> failures = new ArrayList<>();
    synchronized (servers) {
      for (SynapseServer server : servers) {
        try {
          server.stop();
        } catch (LabException e) {
          failures.add(e);
        }
      }
      servers.clear();
    }
    if (!failures.isEmpty()) {
      throw failures.getFirst();
    }
  }
}
