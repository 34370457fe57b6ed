package org.ferry.crypto.vodozemac;

/**
 * Why a key, a message or a pickle was refused. One class a reason, so that callers catch what they
 * can act on. The text never holds a secret; {@link #reason()} is a stable word for counters.
 */
public abstract sealed class CryptoException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String reason;

  private CryptoException(String reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** The reason as one word for counters and JSON, such as {@code bad_mac}. */
  public final String reason() {
    return reason;
  }

  /** The message was changed on the way, or belongs to another session. */
  public static final class BadMac extends CryptoException {
    private static final long serialVersionUID = 1L;

    BadMac(String message) {
      super("bad_mac", message);
    }
  }

  /** A signature does not fit. */
  public static final class BadSignature extends CryptoException {
    private static final long serialVersionUID = 1L;

    BadSignature(String message) {
      super("bad_signature", message);
    }
  }

  /** A Megolm message from before the first index that the session knows. */
  public static final class UnknownIndex extends CryptoException {
    private static final long serialVersionUID = 1L;

    UnknownIndex(String message) {
      super("unknown_index", message);
    }
  }

  /**
   * An Olm message whose key is gone: it was decrypted before, or more than 40 later ones of its
   * chain came first.
   */
  public static final class Duplicate extends CryptoException {
    private static final long serialVersionUID = 1L;

    Duplicate(String message) {
      super("duplicate", message);
    }
  }

  /** An Olm message more than 2,000 messages ahead of the last one. */
  public static final class GapTooBig extends CryptoException {
    private static final long serialVersionUID = 1L;

    GapTooBig(String message) {
      super("gap_too_big", message);
    }
  }

  /** Not a message: no base64, cut short, of a version that Matrix does not use, badly padded. */
  public static final class BadMessage extends CryptoException {
    private static final long serialVersionUID = 1L;

    BadMessage(String message) {
      super("bad_message", message);
    }
  }

  /** Not a key that may be used: of the wrong size or form, or of low order. */
  public static final class BadKey extends CryptoException {
    private static final long serialVersionUID = 1L;

    BadKey(String message) {
      super("bad_key", message);
    }
  }

  /** A pre-key message for a one-time key that the account does not hold (any more). */
  public static final class UnknownOneTimeKey extends CryptoException {
    private static final long serialVersionUID = 1L;

    UnknownOneTimeKey(String message) {
      super("unknown_one_time_key", message);
    }
  }

  /** A pre-key message that names another identity key than its sender's. */
  public static final class MismatchedIdentityKey extends CryptoException {
    private static final long serialVersionUID = 1L;

    MismatchedIdentityKey(String message) {
      super("mismatched_identity_key", message);
    }
  }

  /** A pickle that another key sealed, or that was damaged. */
  public static final class WrongPickleKey extends CryptoException {
    private static final long serialVersionUID = 1L;

    WrongPickleKey(String message) {
      super("wrong_pickle_key", message);
    }
  }

  /** Not a pickle, or one of another kind or version. */
  public static final class BadPickle extends CryptoException {
    private static final long serialVersionUID = 1L;

    BadPickle(String message) {
      super("bad_pickle", message);
    }
  }

  /** The library answered with an error that this binding has no class for. */
  public static final class Unexpected extends CryptoException {
    private static final long serialVersionUID = 1L;

    Unexpected(String message) {
      super("unexpected", message);
    }
  }

  /** The library cannot be used on this machine; the message says why and what helps. */
  public static final class Unavailable extends CryptoException {
    private static final long serialVersionUID = 1L;

    Unavailable(String message) {
      super("unavailable", message);
    }
  }
}
