package org.ferry.store;

import org.jspecify.annotations.Nullable;

/** What servers and people say, as PostgreSQL can hold it. */
final class Storable {
  private Storable() {}

  /** A text in which U+FFFD stands for each NUL, which no text of PostgreSQL holds; null stays. */
  static @Nullable String text(@Nullable String text) {
    return text == null ? null : text.replace('\0', '\ufffd');
  }
}
