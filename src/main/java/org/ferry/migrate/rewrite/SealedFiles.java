package org.ferry.migrate.rewrite;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ferry.id.MxcUri;
import org.jspecify.annotations.Nullable;

/**
 * Turns the encrypted files of a decrypted content into clear ones: {@code file} into {@code url},
 * {@code thumbnail_file} into {@code thumbnail_url}. Files of other servers, which Ferry does not
 * have, stay encrypted with their key beside them.
 */
final class SealedFiles {
  private static final String FILE = "file";
  private static final String THUMBNAIL = "thumbnail_file";

  private final Lookups lookups;
  private final List<Runnable> addresses = new ArrayList<>();

  SealedFiles(Lookups lookups) {
    this.lookups = lookups;
  }

  /**
   * Takes the encrypted files out of a content and carries them.
   *
   * @return why the event cannot be sent, or empty
   */
  Optional<Rewritten> take(ObjectNode content) {
    Optional<Rewritten> missing = essential(content);
    if (missing.isEmpty() && content.get("m.new_content") instanceof ObjectNode edited) {
      missing = essential(edited);
      if (missing.isEmpty()) {
        thumbnail(edited);
      }
    }
    if (missing.isEmpty()) {
      thumbnail(content);
    }
    return missing;
  }

  /** Puts the new addresses in, after everything else that looks at addresses. */
  void put() {
    addresses.forEach(Runnable::run);
  }

  private Optional<Rewritten> essential(ObjectNode holder) {
    JsonNode info = holder.path("info");
    String name = text(holder, "filename");
    SealedFile file = read(holder, FILE, info, name == null ? text(holder, "body") : name);
    if (file == null) {
      return Optional.empty();
    }
    return switch (lookups.opened(file)) {
      case Lookups.FileFate.Carried carried -> {
        replace(holder, FILE, "url", carried.target());
        yield Optional.empty();
      }
      case Lookups.FileFate.Missing gone -> Optional.of(new Rewritten.Fail(gone.reason()));
      case Lookups.FileFate.Elsewhere elsewhere -> Optional.empty();
    };
  }

  /** A message can do without its small picture. */
  private void thumbnail(ObjectNode holder) {
    if (!(holder.get("info") instanceof ObjectNode info)) {
      return;
    }
    SealedFile file = read(info, THUMBNAIL, info.path("thumbnail_info"), null);
    if (file != null) {
      switch (lookups.opened(file)) {
        case Lookups.FileFate.Carried carried ->
            replace(info, THUMBNAIL, "thumbnail_url", carried.target());
        case Lookups.FileFate.Missing gone -> {
          JsonNode unused = info.remove(THUMBNAIL);
        }
        case Lookups.FileFate.Elsewhere elsewhere -> {
          // It stays as it is, with its key.
        }
      }
    }
  }

  private void replace(ObjectNode holder, String sealed, String clear, MxcUri target) {
    JsonNode unused = holder.remove(sealed);
    addresses.add(() -> holder.put(clear, target.toString()));
  }

  private static @Nullable SealedFile read(
      ObjectNode holder, String field, JsonNode info, @Nullable String name) {
    if (!(holder.get(field) instanceof ObjectNode file) || !file.path("key").isObject()) {
      return null;
    }
    return MxcUri.parse(file.path("url").asText(""))
        .map(address -> new SealedFile(address, file.deepCopy(), text(info, "mimetype"), name))
        .orElse(null);
  }

  private static @Nullable String text(JsonNode holder, String field) {
    String value = holder.path(field).textValue();
    return value == null || value.isBlank() ? null : value;
  }
}
