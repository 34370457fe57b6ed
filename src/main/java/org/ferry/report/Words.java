package org.ferry.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.MessageFormat;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/**
 * The report's words in one language: patterns of {@link MessageFormat} by key, each language a
 * file with the same keys. What is put in is text; nothing here is HTML.
 */
final class Words {
  /** The languages there are. */
  static final Set<String> LANGUAGES = Set.of("en", "fr");

  private final Locale locale;
  private final Properties patterns = new Properties();

  /**
   * Words of a language.
   *
   * @param language one of {@link #LANGUAGES}; any other is English
   */
  Words(String language) {
    String known = LANGUAGES.contains(language) ? language : "en";
    this.locale = known.equals("fr") ? Locale.FRANCE : Locale.UK;
    String file = "/report/" + known + ".properties";
    try (InputStream in = Words.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException(file + " is missing from this build");
      }
      patterns.load(new InputStreamReader(in, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The language's code, as HTML has it. */
  String language() {
    return locale.getLanguage();
  }

  /** Every key. */
  Set<String> keys() {
    return new TreeSet<>(patterns.stringPropertyNames());
  }

  /** Whether there are words for a key. */
  boolean has(String key) {
    return patterns.getProperty(key) != null;
  }

  /**
   * A phrase.
   *
   * @param key its key
   * @param values what its places take, numbers as numbers
   * @throws IllegalArgumentException for a key that does not exist
   */
  String of(String key, Object... values) {
    String pattern = patterns.getProperty(key);
    if (pattern == null) {
      throw new IllegalArgumentException("no words for " + key);
    }
    return new MessageFormat(pattern, locale).format(values);
  }

  /** A day. */
  String day(Instant when) {
    return DateTimeFormatter.ofLocalizedDate(FormatStyle.MEDIUM)
        .localizedBy(locale)
        .withZone(ZoneOffset.UTC)
        .format(when);
  }

  /** A day and an hour, of UTC. */
  String moment(Instant when) {
    return DateTimeFormatter.ofLocalizedDateTime(FormatStyle.LONG, FormatStyle.SHORT)
            .localizedBy(locale)
            .withZone(ZoneOffset.UTC)
            .format(when)
        + " UTC";
  }

  /** A number. */
  String number(long value) {
    return String.format(locale, "%,d", value);
  }
}
