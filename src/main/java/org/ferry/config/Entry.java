package org.ferry.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A line of the configuration's table of keys, see {@link Schema}. */
sealed interface Entry {
  /** The name of the key. */
  String name();

  /** One line on what it does. */
  String help();

  /** How many values a key holds. */
  enum Shape {
    ONE,
    LIST,
    MAP
  }

  /**
   * A key with a value.
   *
   * @param shape one value, a list of them, or a map from names to them
   * @param standard the default as YAML text; null where there is none
   * @param sample a value for the example file, as YAML text, where there is no default
   * @param required whether a file without it is wrong
   */
  record Setting(
      String name,
      Kind kind,
      Shape shape,
      @Nullable String standard,
      @Nullable String sample,
      boolean required,
      String help)
      implements Entry {
    static Setting of(String name, Kind kind, String standard, String help) {
      return new Setting(name, kind, Shape.ONE, standard, null, false, help);
    }

    static Setting required(String name, Kind kind, String sample, String help) {
      return new Setting(name, kind, Shape.ONE, null, sample, true, help);
    }

    static Setting optional(String name, Kind kind, String sample, String help) {
      return new Setting(name, kind, Shape.ONE, null, sample, false, help);
    }

    static Setting list(String name, Kind kind, String standard, String help) {
      return new Setting(name, kind, Shape.LIST, standard, null, false, help);
    }

    static Setting map(String name, Kind kind, String sample, String help) {
      return new Setting(name, kind, Shape.MAP, "{}", sample, false, help);
    }
  }

  /**
   * Keys under one name.
   *
   * @param optional whether the section may be missing although keys in it are required
   */
  record Section(String name, String help, boolean optional, List<Entry> entries)
      implements Entry {}

  /** A list of sections. */
  record Items(String name, String help, List<Entry> entries) implements Entry {}

  /** Sections under names that the user chooses. */
  record Named(String name, String sample, String help, List<Entry> entries) implements Entry {}
}
