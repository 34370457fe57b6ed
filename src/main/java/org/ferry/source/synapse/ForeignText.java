package org.ferry.source.synapse;

import java.util.Locale;
import java.util.Set;

/** Says what a text is that is no dump of a Synapse, so that the remedy fits. */
final class ForeignText {
  private static final String TAKE_ONE =
      "Take one with: pg_dump -f dump.sql NAME-OF-SYNAPSE'S-DATABASE.";

  private ForeignText() {}

  /**
   * What a text is that holds nothing of pg_dump.
   *
   * @param head its first kilobytes
   * @return two sentences that follow the file's name
   */
  static String describe(String head) {
    String text = head.strip().toLowerCase(Locale.ROOT);
    if (text.startsWith("-- mysql dump") || text.startsWith("-- mariadb dump")) {
      return " is a dump of MySQL or MariaDB; Synapse uses PostgreSQL or SQLite. " + TAKE_ONE;
    }
    if (text.startsWith("pragma foreign_keys") || text.contains("begin transaction;\ncreate ")) {
      return " is the text of an SQLite database (.dump)."
          + " Give Ferry the database itself, homeserver.db, or a .backup of it.";
    }
    if (text.startsWith("<!doctype html") || text.startsWith("<html") || text.startsWith("<?xml")) {
      return " is a page of HTML or XML and no dump: what fetched it may have met an error or a"
          + " login. Look into it, and fetch the dump again.";
    }
    if (text.startsWith("{") || text.startsWith("[")) {
      return " is JSON and no dump of a database. " + TAKE_ONE;
    }
    if (text.startsWith("pg_dump:") || text.startsWith("pg_restore:")) {
      return " holds an error message of "
          + text.substring(0, text.indexOf(':'))
          + ": "
          + head.strip().lines().findFirst().orElse("")
          + " Take the dump again, and send only its standard output into the file.";
    }
    return " is text, but not a dump that pg_dump wrote. " + TAKE_ONE;
  }

  /**
   * Whose database a dump is that holds no Synapse.
   *
   * @param tables the names of its tables
   * @return a sentence that follows the file's name, empty where nothing is known
   */
  static String owner(Set<String> tables) {
    if (tables.stream().anyMatch(t -> t.startsWith("roomserver_") || t.startsWith("syncapi_"))) {
      return " is a dump of Dendrite's database, which Ferry does not read.";
    }
    if (tables.contains("compat_sessions") || tables.contains("oauth2_sessions")) {
      return " is a dump of the Matrix Authentication Service's database. Synapse has one of its"
          + " own.";
    }
    return "";
  }
}
