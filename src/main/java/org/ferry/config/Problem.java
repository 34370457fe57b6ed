package org.ferry.config;

/**
 * One thing that is wrong with an input file.
 *
 * @param file the file as the user named it, or where else the text came from
 * @param line counted from 1; 0 where the whole file is meant
 * @param key the dotted key, such as {@code homeserver.domain}; empty where none is meant
 * @param text what is wrong and what to write instead
 */
public record Problem(String file, int line, String key, String text) {
  @Override
  public String toString() {
    return file + (line > 0 ? ":" + line : "") + ": " + (key.isEmpty() ? "" : key + ": ") + text;
  }
}
