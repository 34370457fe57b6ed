package org.ferry.matrix.client;

/** The error codes of the Matrix specification that Ferry tells apart. */
public final class Errcode {
  /** The user lacks membership or power. */
  public static final String FORBIDDEN = "M_FORBIDDEN";

  /** The membership or other state as it stands does not allow the change. */
  public static final String BAD_STATE = "M_BAD_STATE";

  /** The thing asked for does not exist. */
  public static final String NOT_FOUND = "M_NOT_FOUND";

  /** The server does not know this endpoint. */
  public static final String UNRECOGNIZED = "M_UNRECOGNIZED";

  /** The token is not (or no longer) known. */
  public static final String UNKNOWN_TOKEN = "M_UNKNOWN_TOKEN";

  /** No token was sent. */
  public static final String MISSING_TOKEN = "M_MISSING_TOKEN";

  /** Too many requests. */
  public static final String LIMIT_EXCEEDED = "M_LIMIT_EXCEEDED";

  /** The user exists already. */
  public static final String USER_IN_USE = "M_USER_IN_USE";

  /** The name lies in the namespace of another application service. */
  public static final String EXCLUSIVE = "M_EXCLUSIVE";

  /** The alias exists already. */
  public static final String ROOM_IN_USE = "M_ROOM_IN_USE";

  /** The event or file is larger than the server takes. */
  public static final String TOO_LARGE = "M_TOO_LARGE";

  /** Anything else; Synapse uses it often. */
  public static final String UNKNOWN = "M_UNKNOWN";

  /** The device named by {@code device_id} does not exist. */
  public static final String UNKNOWN_DEVICE = "M_UNKNOWN_DEVICE";

  /** The room was made with a version the server does not support. */
  public static final String UNSUPPORTED_ROOM_VERSION = "M_UNSUPPORTED_ROOM_VERSION";

  /** A duplicate reaction. */
  public static final String DUPLICATE_ANNOTATION = "M_DUPLICATE_ANNOTATION";

  /** Content was already uploaded to this reserved address. */
  public static final String CANNOT_OVERWRITE_MEDIA = "M_CANNOT_OVERWRITE_MEDIA";

  /** Login through an application service is switched off in the registration (MSC4190). */
  public static final String APPSERVICE_LOGIN_UNSUPPORTED = "M_APPSERVICE_LOGIN_UNSUPPORTED";

  /** Nothing answered, or what answered was no Matrix error. */
  public static final String NONE = "";

  private static final String CONNECTION_FAILED = "M_CONNECTION_FAILED";

  /** What Synapse says where it was about to try again to hand over what waits. */
  private static final String TRYING_ALREADY = "AlreadyCalled";

  private Errcode() {}

  /**
   * Whether a ping that was refused was answered all the same: a Synapse that is already handing
   * over what has waited for the application service stumbles over its own next step.
   *
   * @param errcode of the refusal
   * @param error its text
   */
  public static boolean isPingAnswered(String errcode, String error) {
    return errcode.equals(CONNECTION_FAILED) && error.startsWith(TRYING_ALREADY);
  }
}
