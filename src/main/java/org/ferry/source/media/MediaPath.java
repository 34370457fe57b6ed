package org.ferry.source.media;

import java.util.Optional;

/** Paths inside a media store, with forward slashes. */
final class MediaPath {
  static final String LOCAL = "local_content";
  static final String REMOTE = "remote_content";

  private MediaPath() {}

  /** True for a relative path without parts that lead elsewhere. */
  static boolean isSafe(String path) {
    if (path.isEmpty() || path.length() > 1024) {
      return false;
    }
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c < ' ' || c == '\\' || c == 0x7f) {
        return false;
      }
    }
    for (String part : path.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        return false;
      }
    }
    return true;
  }

  /**
   * The place in the media store that an archive's entry stands for.
   *
   * @param entry the entry's name, below any folder
   * @return the path from {@code local_content} or {@code remote_content} on; empty where the entry
   *     is something else, such as a thumbnail
   */
  static Optional<String> within(String entry) {
    int at = 0;
    while (at < entry.length()) {
      if (entry.startsWith(LOCAL + "/", at) || entry.startsWith(REMOTE + "/", at)) {
        return Optional.of(entry.substring(at));
      }
      int slash = entry.indexOf('/', at);
      if (slash < 0) {
        break;
      }
      at = slash + 1;
    }
    return Optional.empty();
  }
}
