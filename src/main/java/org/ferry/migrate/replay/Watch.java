package org.ferry.migrate.replay;

/** Who looks on while a migration runs. Called from many threads; must return at once. */
public interface Watch {
  /**
   * A new phase begins; the one before has ended.
   *
   * @param name what is done, such as "people" or "history"
   * @param total how many steps it has, -1 where unknown
   */
  void phase(String name, long total);

  /**
   * Steps were done.
   *
   * @param count how many
   */
  void step(long count);

  /**
   * Something worth a line.
   *
   * @param sentence what happened and what it means
   */
  void say(String sentence);

  /**
   * A few words on what goes on, such as what holds the work back; each replaces the one before.
   *
   * @param words the words
   */
  void note(String words);

  /** True once the run is to end at the next safe moment. */
  boolean stopping();
}
