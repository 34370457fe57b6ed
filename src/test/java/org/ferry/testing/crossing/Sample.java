package org.ferry.testing.crossing;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.ferry.lab.LabClient;

/** The old server that ships with the demo: its files and the ids in it. */
public final class Sample {
  private static final Path FOLDER = Path.of("src/main/resources/demo").toAbsolutePath();

  /** The dump. */
  public static final Path SQL = FOLDER.resolve("synapse.sql.gz");

  /** The media_store. */
  public static final Path MEDIA = FOLDER.resolve("media_store.tar.gz");

  private final JsonNode facts;

  private Sample(JsonNode facts) {
    this.facts = facts;
  }

  /** What is known of it. */
  public static Sample facts() {
    try {
      return new Sample(LabClient.json(Files.readString(FOLDER.resolve("facts.json"))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The old id of a room. */
  public String room(String name) {
    return text("rooms", name);
  }

  /** The old id of a user. */
  public String user(String name) {
    return text("users", name);
  }

  /** A key or passphrase of its people. */
  public String recovery(String name) {
    return text("recovery", name);
  }

  /** The SHA-256 of each file of the media_store, by its media id. */
  public static Map<String, String> mediaHashes() {
    Map<String, String> hashes = new HashMap<>();
    try (var tar = new TarArchiveInputStream(new GZIPInputStream(Files.newInputStream(MEDIA)))) {
      for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        String[] parts = entry.getName().split("local_content/", -1);
        if (entry.isFile() && parts.length == 2) {
          byte[] digest = MessageDigest.getInstance("SHA-256").digest(tar.readAllBytes());
          var unused = hashes.put(parts[1].replace("/", ""), HexFormat.of().formatHex(digest));
        }
      }
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    return hashes;
  }

  private String text(String kind, String name) {
    JsonNode value = facts.path(kind).path(name);
    if (!value.isTextual()) {
      throw new IllegalArgumentException("the sample has no " + kind + " " + name);
    }
    return value.textValue();
  }
}
