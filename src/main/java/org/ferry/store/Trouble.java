package org.ferry.store;

import io.vertx.core.VertxException;
import io.vertx.pgclient.PgException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import org.ferry.migrate.LedgerException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;

/** What went wrong with the database, and whether waiting helps. */
enum Trouble {
  /** The server is away, going away or full of connections. */
  LOST(true),
  /** Two transactions stood in each other's way. */
  CONFLICT(true),
  /** Disk or memory of the server is used up. */
  FULL(true),
  /** The server takes no writes. */
  READ_ONLY(true),
  /** User, password or database name are wrong. */
  REFUSED(false),
  /** The server's certificate is not one that we trust. */
  UNTRUSTED(false),
  /** A right is missing. */
  FORBIDDEN(false),
  /** The same thing is there already. */
  DUPLICATE(false),
  /** Anything else. */
  OTHER(false);

  private final boolean passes;

  Trouble(boolean passes) {
    this.passes = passes;
  }

  /** True where it may pass by itself. */
  boolean passes() {
    return passes;
  }

  static Trouble of(Throwable failure) {
    if (isCertificate(failure)) {
      return UNTRUSTED;
    }
    String state = sqlState(failure);
    if (state == null) {
      return isConnection(failure) ? LOST : OTHER;
    }
    return switch (state) {
      case "57P01", "57P02", "57P03", "57P05", "53300", "25P03" -> LOST;
      case "40001", "40P01", "55P03" -> CONFLICT;
      case "53100", "53200", "58030" -> FULL;
      case "25006" -> READ_ONLY;
      case "3D000", "28000", "28P01" -> REFUSED;
      case "42501" -> FORBIDDEN;
      case "23505" -> DUPLICATE;
      default -> state.startsWith("08") ? LOST : OTHER;
    };
  }

  /** The sentence for a person who reads why the work stopped. */
  static LedgerException explain(Throwable failure, DatabaseUrl url) {
    String where = "the database " + url.label();
    String said = said(failure);
    return new LedgerException(
        switch (of(failure)) {
          case LOST ->
              "%s cannot be reached: %s. Start it or check database.url, then run the same command again; what was done is kept."
                  .formatted(where, said);
          case CONFLICT ->
              "%s kept refusing because of concurrent work: %s. Run the same command again."
                  .formatted(where, said);
          case FULL ->
              "%s has no room left: %s. Free or add disk space (or memory, where that is short) on its server, then run the same command again; what was done is kept."
                  .formatted(where, said);
          case READ_ONLY ->
              "%s takes no writes: %s. Point database.url at the primary server, or end its read-only mode, then run the same command again."
                  .formatted(where, said);
          case REFUSED ->
              "%s does not let user \"%s\" in: %s. Check user, password and database name in database.url."
                  .formatted(where, url.user(), said);
          case UNTRUSTED ->
              "%s shows a certificate that is not trusted: %s. Name the file of its authority with sslrootcert=FILE in database.url."
                  .formatted(where, said);
          case FORBIDDEN ->
              "%s does not allow this to user \"%s\": %s. As its owner, run: GRANT ALL ON SCHEMA ferry TO \"%s\"; GRANT ALL ON ALL TABLES IN SCHEMA ferry TO \"%s\";"
                  .formatted(where, url.user(), said, url.user(), url.user());
          case DUPLICATE, OTHER -> "%s reported: %s.".formatted(where, said);
        },
        failure);
  }

  /** What the server or driver said, without a full stop. */
  static String said(Throwable failure) {
    Throwable root = failure;
    for (Throwable t = failure; t != null; t = t.getCause()) {
      root = t;
      if (t instanceof PgException pg) {
        return pg.getErrorMessage() + detail(pg.getDetail());
      }
      if (t instanceof PSQLException pg && pg.getServerErrorMessage() != null) {
        return String.valueOf(pg.getServerErrorMessage().getMessage())
            + detail(pg.getServerErrorMessage().getDetail());
      }
    }
    String message = root.getMessage();
    String text = message == null ? root.getClass().getSimpleName() : message;
    return text.replaceAll("\\s+", " ").replaceAll("\\.$", "");
  }

  private static String detail(@Nullable String detail) {
    // A row that a table refused is what people wrote.
    return detail == null || detail.startsWith("Failing row")
        ? ""
        : " (" + detail.replaceAll("\\.$", "") + ")";
  }

  private static @Nullable String sqlState(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof PgException pg) {
        return pg.getSqlState();
      }
      if (t instanceof SQLException sql && sql.getSQLState() != null) {
        return sql.getSQLState();
      }
    }
    return null;
  }

  private static boolean isCertificate(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof GeneralSecurityException) {
        return true;
      }
    }
    return false;
  }

  private static boolean isConnection(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof IOException || t instanceof VertxException) {
        return true;
      }
    }
    return false;
  }
}
