package org.ferry.live.provision;

/** What an application asked for cannot be; the message says why, and what to do. */
public final class ProvisionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Kind kind;

  /** What is wrong with what was asked. */
  public enum Kind {
    /** It makes no sense whatever the state of things. */
    INVALID(422, "invalid"),
    /** Nothing has that name. */
    UNKNOWN(404, "not_found"),
    /** Something else stands in its way. */
    CONFLICT(409, "conflict"),
    /** Nobody whom Ferry may act for has the right. */
    FORBIDDEN(403, "forbidden");

    private final int status;
    private final String word;

    Kind(int status, String word) {
      this.status = status;
      this.word = word;
    }

    /** The HTTP status that says the same. */
    public int status() {
      return status;
    }

    /** A word for programs. */
    public String word() {
      return word;
    }
  }

  /** A refusal in one sentence. */
  public ProvisionException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  /** What is wrong. */
  public Kind kind() {
    return kind;
  }
}
