package org.ferry.app;

import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.Locale;
import java.util.Objects;
import org.ferry.checkup.Blocked;
import org.ferry.config.ConfigException;
import org.ferry.crypto.keys.KeyException;
import org.ferry.crypto.vodozemac.CryptoException;
import org.ferry.lab.LabException;
import org.ferry.live.sync.Halted;
import org.ferry.matrix.client.Errcode;
import org.ferry.matrix.client.HomeserverFailure;
import org.ferry.matrix.client.InDoubt;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.client.Unreachable;
import org.ferry.migrate.AlreadyRunning;
import org.ferry.migrate.LedgerException;
import org.ferry.migrate.plan.PlanException;
import org.ferry.migrate.plan.SpaceUnusable;
import org.ferry.source.SourceException;
import org.ferry.store.backup.BackupException;
import org.ferry.store.embedded.EmbeddedPostgresException;

/** What kind of trouble an exception is, and so what a person has to look at. */
public enum FailureKind {
  /** A configuration, plan or source that cannot be used; the message says what to change. */
  INPUT,
  /** A server could not be reached or refused; the message says which and why. */
  SERVER,
  /** Something is in the way that will pass, such as another run; the message says what. */
  BUSY,
  /** A mistake in Ferry: the message alone explains nothing. */
  BUG;

  private static final String AGAIN =
      " When that is put right, run the same command again; what was done is kept.";

  /**
   * The kind of an exception.
   *
   * @param failure anything that was thrown
   */
  public static FailureKind of(Throwable failure) {
    return switch (failure) {
      case ConfigException e -> INPUT;
      case PlanException e -> INPUT;
      case SourceException e -> INPUT;
      case UncheckedIOException e when isOfDisk(e) -> INPUT;
      case BackupException e -> INPUT;
      case KeyException e -> INPUT;
      case HomeserverFailure e -> SERVER;
      case Halted e -> SERVER;
      case SpaceUnusable e -> SERVER;
      case Blocked e -> SERVER;
      case LedgerException e -> SERVER;
      case EmbeddedPostgresException e -> SERVER;
      case LabException e -> SERVER;
      case AlreadyRunning e -> BUSY;
      case ListenException e -> BUSY;
      case OutOfMemoryError e -> BUSY;
      case CryptoException.Unavailable e -> BUSY;
      default -> BUG;
    };
  }

  /**
   * The sentence for a person: what the exception says, and what to do where it does not say so.
   */
  public static String sentence(Throwable failure) {
    String said = String.valueOf(failure.getMessage());
    return switch (failure) {
      case MatrixException e when e.is(Errcode.MISSING_TOKEN) ->
          said
              + ". Something between Ferry and the homeserver takes the Authorization header away:"
              + " let the proxy pass it on, or name the homeserver's own address.";
      case MatrixException e when e.status() == 401 && e.errcode().isEmpty() ->
          said
              + ". Something in front of the homeserver wants a password of its own: let it pass"
              + " /_matrix on without one, or name the homeserver's own address.";
      case MatrixException e when e.isTokenRefused() ->
          said
              + ". The homeserver does not know Ferry's token: hand it registration.yaml, name that"
              + " in app_service_config_files and restart it; ferry registration --check tells what"
              + " differs.";
      case MatrixException e when e.isRateLimit() && e.errcode().isEmpty() ->
          said
              + ". A proxy in front of the homeserver limits Ferry's rate: take its limit off for"
              + " this machine (nginx: limit_req) and run the same command again; what was done is"
              + " kept.";
      case MatrixException e when e.isRateLimit() ->
          said
              + ". The homeserver keeps limiting Ferry's rate: let it read registration.yaml as"
              + " Ferry writes it (rate_limited: false), restart it and run the same command again;"
              + " what was done is kept.";
      case UncheckedIOException e when isOfDisk(e) ->
          Objects.requireNonNull(e.getCause()).getMessage()
              + ". See that the folder is there and writable and that its disk has room, then run"
              + " the same command again.";
      case OutOfMemoryError e ->
          "Java's memory is used up; give it more, such as FERRY_JAVA_OPTS=-Xmx2g, and run the same"
              + " command again; what was done is kept.";
      case Unreachable e -> stopped(said) + AGAIN;
      case InDoubt e -> stopped(said) + AGAIN;
      default -> said;
    };
  }

  /** Java says of a full disk in words alone where a file was open already. */
  private static boolean isOfDisk(UncheckedIOException e) {
    Throwable cause = Objects.requireNonNull(e.getCause());
    String said = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    return cause instanceof FileSystemException
        || said.contains("no space left")
        || said.contains("quota exceeded");
  }

  private static String stopped(String sentence) {
    return sentence.matches("(?s).*[.?!]") ? sentence : sentence + ".";
  }
}
