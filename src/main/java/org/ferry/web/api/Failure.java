package org.ferry.web.api;

import java.util.Optional;
import org.ferry.live.provision.ProvisionException;
import org.ferry.live.sending.KeyReused;
import org.ferry.live.sending.NotYet;
import org.ferry.matrix.client.HomeserverFailure;
import org.ferry.matrix.client.MatrixException;
import org.ferry.migrate.LedgerException;

/** What callers are told of what could not be done, by requests and frames alike. */
final class Failure {
  private static final String LATER = "Retry-After";

  private Failure() {}

  /**
   * The problem that an exception is to a caller.
   *
   * @param failure any
   * @return empty where it is a mistake of Ferry's own
   */
  static Optional<Problem> of(Exception failure) {
    return Optional.ofNullable(
        switch (failure) {
          case Problem e -> e;
          case Keyless e -> of(e.cause()).map(p -> p.keyed(e.key())).orElse(null);
          case NotYet e -> new Problem(503, "not_yet", words(e)).with(LATER, "5");
          case KeyReused e -> new Problem(422, "key_reused", words(e));
          case ProvisionException e -> new Problem(e.kind().status(), e.kind().word(), words(e));
          case MatrixException e -> refusal(e);
          case HomeserverFailure e -> new Problem(503, "not_now", words(e)).with(LATER, "10");
          // What the database said may name its insides; the log has it.
          case LedgerException e ->
              new Problem(
                      503, "not_now", "Ferry's database does not answer as it should; ask again")
                  .with(LATER, "10");
          default -> null;
        });
  }

  /** Whether somebody else does not answer, which the log is to say. */
  static boolean isOutage(Exception failure) {
    return failure instanceof LedgerException
        || (failure instanceof Keyless keyless && isOutage(keyless.cause()))
        || (failure instanceof HomeserverFailure && !(failure instanceof MatrixException));
  }

  /** Whether the same may be asked for again. */
  static boolean isLater(Exception failure) {
    return of(failure).filter(p -> p.status() == 503).isPresent();
  }

  private static Problem refusal(MatrixException e) {
    String said = (e.errcode() + " " + e.error()).strip();
    if (e.isForbidden()) {
      return Problem.forbidden("the homeserver does not allow it: " + said);
    }
    if (e.isTokenRefused()) {
      return new Problem(
          503, "token_refused", "the homeserver does not know Ferry's token; see ferry doctor");
    }
    if (e.isRateLimit()) {
      return new Problem(503, "homeserver_busy", "the homeserver limits our rate; ask again")
          .with(LATER, "30");
    }
    if (e.isNotFound()) {
      return Problem.notFound("the homeserver has no such thing: " + said);
    }
    if (e.status() == 413) {
      return new Problem(
          413,
          "too_large",
          "the homeserver takes nothing as large, and no event of more than 64 KiB: " + said);
    }
    if (e.status() / 100 == 4) {
      return new Problem(422, "homeserver_refused", "the homeserver does not take it: " + said);
    }
    return new Problem(502, "homeserver_refused", "the homeserver refused: " + said);
  }

  static String words(Exception e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
