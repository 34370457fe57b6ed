package org.ferry.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.ferry.app.Keys;
import org.ferry.crypto.KeyImport;
import org.ferry.crypto.KeyOrigin;
import org.ferry.crypto.keys.KeyException;
import org.ferry.crypto.keys.KeyExportFile;
import org.ferry.id.Secret;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    description = {
      "Take in message keys that a client exported, or that another client kept in a database.",
      "The passphrase is asked for, or stands in a file or in FERRY_KEYS_PASSPHRASE."
    },
    footer = {
      "  ferry keys import element-keys.txt --passphrase-file passphrase.txt",
      "  ferry keys import --libolm-pickle sessions.csv --pickle-key-file old-pickle.key"
    })
final class KeysImportCommand extends FerryCommand {
  @Parameters(
      arity = "0..*",
      paramLabel = "FILE",
      description = "Key exports, as Element, nio and others write them.")
  List<Path> files = new ArrayList<>();

  @Option(
      names = "--passphrase-file",
      paramLabel = "FILE",
      description = "Holds the passphrase of the key exports.")
  @Nullable Path passphraseFile;

  @Option(
      names = "--libolm-pickle",
      paramLabel = "FILE",
      description = "CSV with room_id,sender_key,session_id,pickle of a client that used libolm.")
  @Nullable Path libolm;

  @Option(
      names = "--pickle-key-file",
      paramLabel = "FILE",
      description = "Holds the key of those pickles.")
  @Nullable Path pickleKeyFile;

  @Mixin KeyChoice choice = new KeyChoice();

  KeysImportCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    if (files.isEmpty() == (libolm == null)) {
      throw new UsageException(
          files.isEmpty()
              ? "name the key exports to take in, or a CSV of pickles with --libolm-pickle."
              : "key exports and --libolm-pickle are taken in one after the other, not at once.");
    }
    try (Work work = new Work(session())) {
      Keys keys = new Keys(work.ferry());
      var unused = work.ferry().roomKeys();
      Secret secret = secret();
      Map<Path, KeyExportFile> exports = unlock(secret);
      try (KeyImport into = choice.into(session(), keys)) {
        work.progress().phase("taking in", 0);
        take(exports, secret, into, work.progress());
        KeyImport.Outcome outcome = into.finish();
        work.progress().end();
        return choice.report(session(), outcome);
      }
    }
  }

  private Secret secret() {
    SecretInput input = new SecretInput(session());
    return libolm == null
        ? input.find(passphraseFile, "--passphrase-file", "FERRY_KEYS_PASSPHRASE", "The passphrase")
        : input.find(
            pickleKeyFile, "--pickle-key-file", "FERRY_KEYS_PICKLE_KEY", "The pickles' key");
  }

  /** All of them before a key of the first is taken: a wrong passphrase changes nothing. */
  private Map<Path, KeyExportFile> unlock(Secret passphrase) {
    Map<Path, KeyExportFile> exports = new LinkedHashMap<>();
    for (Path file : files) {
      Path whole = session().world().folder().resolve(file);
      try {
        exports.put(file, KeyExportFile.unlock(() -> Files.newInputStream(whole), passphrase));
      } catch (KeyException e) {
        throw new KeyException("%s %s. Nothing was taken in.".formatted(file, e.getMessage()), e);
      } catch (IOException e) {
        throw unreadable(file, e);
      }
    }
    return exports;
  }

  private void take(
      Map<Path, KeyExportFile> exports, Secret secret, KeyImport into, Progress progress) {
    AtomicLong count = new AtomicLong();
    exports.forEach((file, export) -> {
      try {
        long unused =
            export.read(entry -> {
              into.take(entry, KeyOrigin.EXPORT);
              progress.at(count.incrementAndGet());
            });
      } catch (KeyException e) {
        throw new KeyException(
            "%s %s. What stood before that was taken in (%,d sessions)."
                .formatted(file, e.getMessage(), into.finish().read()),
            e);
      } catch (IOException e) {
        throw unreadable(file, e);
      }
    });
    if (libolm != null) {
      pickles(libolm, secret, into, progress);
    }
  }

  private void pickles(Path file, Secret key, KeyImport into, Progress progress) {
    try (BufferedReader rows = Files.newBufferedReader(session().world().folder().resolve(file))) {
      LibolmRows reader = new LibolmRows(key, into);
      long count = 0;
      for (String row = rows.readLine(); row != null; row = rows.readLine()) {
        reader.take(row);
        progress.at(++count);
      }
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static UsageException unreadable(Path file, IOException e) {
    return new UsageException("%s cannot be read (%s).".formatted(file, Output.unread(e)));
  }
}
