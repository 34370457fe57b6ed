package org.ferry.migrate.rewrite;

/**
 * How encrypted events are treated in rooms whose history is carried in clear.
 *
 * @param opener opens them
 * @param placeholders true to put a placeholder where no key opens one, false to leave it out
 * @param language {@code en} or {@code fr}, for placeholders
 */
public record Opening(Opener opener, boolean placeholders, String language) {
  /** Nothing is opened. */
  public static final Opening NOTHING = new Opening(Opener.WITHOUT_KEYS, true, "en");
}
