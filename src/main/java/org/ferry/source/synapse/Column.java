package org.ferry.source.synapse;

/**
 * A column of a table that Ferry reads.
 *
 * @param name its name in the dump and in the staging
 * @param kind what its values are
 * @param required true where the table is of no use without it
 */
public record Column(String name, Kind kind, boolean required) {
  /** What a column's values are. */
  public enum Kind {
    /** UTF-8 text. */
    TEXT,
    /** A whole number of at most 64 bits. */
    NUMBER,
    /** True or false; older schemas write 1 and 0. */
    FLAG
  }

  static Column key(String name) {
    return new Column(name, Kind.TEXT, true);
  }

  static Column text(String name) {
    return new Column(name, Kind.TEXT, false);
  }

  static Column number(String name) {
    return new Column(name, Kind.NUMBER, false);
  }

  static Column flag(String name) {
    return new Column(name, Kind.FLAG, false);
  }
}
