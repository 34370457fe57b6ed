package org.ferry.matrix.client;

import java.time.Duration;
import java.util.Optional;

/** A homeserver's refusal. Holds what the server said and nothing of what was sent. */
public final class MatrixException extends HomeserverFailure {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST_TEXT = 500;

  private final String method;
  private final String path;
  private final int status;
  private final String errcode;
  private final String error;
  private final transient Optional<Duration> retryAfter;

  /**
   * Makes a refusal.
   *
   * @param method the HTTP method
   * @param path the path without query
   * @param status the HTTP status
   * @param errcode the Matrix error code, or the empty string where the answer held none
   * @param error the server's text, or the beginning of a body that is no Matrix error; shortened
   *     to 500 characters
   * @param retryAfter how long the server asked to wait
   */
  public MatrixException(
      String method,
      String path,
      int status,
      String errcode,
      String error,
      Optional<Duration> retryAfter) {
    super(
        "%s %s: %d %s%s"
            .formatted(
                method,
                path,
                status,
                (errcode + " " + shorten(error)).strip(),
                remedy(status, errcode)));
    this.method = method;
    this.path = path;
    this.status = status;
    this.errcode = errcode;
    this.error = shorten(error);
    this.retryAfter = retryAfter;
  }

  /** The homeserver itself says M_TOO_LARGE; without a code it was somebody in between. */
  private static String remedy(int status, String errcode) {
    return status == 413 && errcode.isEmpty()
        ? "; a proxy in front of the homeserver lets no more bytes through: raise its limit there (nginx: client_max_body_size) and run again"
        : "";
  }

  private static String shorten(String text) {
    String clean = text.strip();
    return clean.length() <= LONGEST_TEXT ? clean : clean.substring(0, LONGEST_TEXT) + "…";
  }

  /** The HTTP method. */
  public String method() {
    return method;
  }

  /** The path without its query. */
  public String path() {
    return path;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** The Matrix error code, see {@link Errcode}; empty where the answer held none. */
  public String errcode() {
    return errcode;
  }

  /** The server's text, at most about 500 characters. */
  public String error() {
    return error;
  }

  /** How long the server asked to wait. */
  public Optional<Duration> retryAfter() {
    return retryAfter;
  }

  /** True where the answer carries this code. */
  public boolean is(String code) {
    return errcode.equals(code);
  }

  /**
   * True for M_FORBIDDEN, and for a 403 without a better code. M_BAD_STATE is how Synapse refuses
   * whom a ban keeps out.
   */
  public boolean isForbidden() {
    return is(Errcode.FORBIDDEN)
        || (status == 403 && (is(Errcode.UNKNOWN) || is(Errcode.BAD_STATE)));
  }

  /**
   * True where the server says that there is no such thing. A 404 without a code is not that: it
   * may come from a proxy in between.
   */
  public boolean isNotFound() {
    return is(Errcode.NOT_FOUND)
        || (status == 404 && !errcode.isEmpty() && !is(Errcode.UNRECOGNIZED));
  }

  /** True where the server does not offer this endpoint at all. */
  public boolean isUnrecognized() {
    return is(Errcode.UNRECOGNIZED)
        || (errcode.isEmpty() && (status == 404 || status == 405 || status == 501));
  }

  /** True where the token is missing or unknown: nothing will work until it is put right. */
  public boolean isTokenRefused() {
    return status == 401 || is(Errcode.UNKNOWN_TOKEN) || is(Errcode.MISSING_TOKEN);
  }

  /**
   * True where the device that the request named does not exist (any more). The code had an
   * unstable name before MSC4326 was merged.
   */
  public boolean isUnknownDevice() {
    return is(Errcode.UNKNOWN_DEVICE) || errcode.endsWith("UNKNOWN_DEVICE");
  }

  /** True where the server still limited our rate when patience had ended. */
  public boolean isRateLimit() {
    return status == 429 || is(Errcode.LIMIT_EXCEEDED);
  }

  /** True where a proxy answered in the homeserver's place, as one does without it. */
  public boolean isGateway() {
    return errcode.isEmpty() && status >= 502 && status <= 504;
  }

  /** True where the event or file is larger than the server takes. */
  public boolean isTooLarge() {
    return is(Errcode.TOO_LARGE) || status == 413;
  }

  @Override
  public boolean mayResolve() {
    return isRateLimit() || status >= 500;
  }
}
