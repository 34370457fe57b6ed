package org.ferry.webhook;

import java.time.Instant;
import java.util.Optional;

/** Links by which a receiver fetches a file without a token. */
@FunctionalInterface
public interface MediaLinks {
  /**
   * A link.
   *
   * @param url absolute
   * @param expires when it ends
   */
  record Link(String url, Instant expires) {}

  /**
   * The link to a file; empty where Ferry has no address that others reach.
   *
   * @param id the file's, as in {@code media.id}
   * @param until when it ends
   */
  Optional<Link> link(String id, Instant until);

  /** For a Ferry whose API has no address. */
  static MediaLinks none() {
    return (id, until) -> Optional.empty();
  }
}
