package org.ferry.live.accounts;

import java.time.Instant;
import org.ferry.id.DeviceId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/**
 * A user whose conversations Ferry follows, with the one device that it follows them by.
 *
 * @param user who
 * @param kind what they are to Ferry
 * @param device the device's id, chosen before the device is made
 * @param way how the device was made; null while it is not
 * @param token an access token of the device's own; null where the application service's serves, or
 *     where none is known
 * @param state how things stand
 * @param detail the same in words, with the remedy; empty where there is nothing to say
 * @param at since when they stand so
 */
public record Identity(
    UserId user,
    Kind kind,
    DeviceId device,
    @Nullable Way way,
    @Nullable Secret token,
    State state,
    String detail,
    Instant at) {
  /** How the words begin where a device is followed by that nobody vouches for. */
  public static final String UNSIGNED = "not signed: ";

  /** What a followed user is to Ferry. */
  public enum Kind {
    /** Ferry's own user. */
    BOT("bot"),
    /** Somebody's account, named in the configuration. */
    ACCOUNT("account"),
    /** One of Ferry's own users that writes in a room. */
    GHOST("ghost");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** As it is stored and shown. */
    public String word() {
      return word;
    }
  }

  /** How a device came to be. */
  public enum Way {
    /** By {@code PUT /devices} of MSC4190; the application service's token speaks for it. */
    DEVICES("devices"),
    /** By a login, of the application service or with a password; it has a token of its own. */
    LOGIN("login"),
    /** It belongs to a token that a person gave. */
    TOKEN("token");

    private final String word;

    Way(String word) {
      this.word = word;
    }

    /** As it is stored. */
    public String word() {
      return word;
    }
  }

  /** How things stand with a followed user. */
  public enum State {
    /** Nothing is known yet. */
    STARTING("starting"),
    /** News comes in. */
    FOLLOWING("following"),
    /** The homeserver does not answer; it is asked again. */
    WAITING("waiting"),
    /** The token is refused and no password is known. */
    NEEDS_TOKEN("needs_token"),
    /** The device, or what keeps it, must not be used any more. */
    STOPPED("stopped");

    private final String word;

    State(String word) {
      this.word = word;
    }

    /** As it is stored and shown. */
    public String word() {
      return word;
    }
  }

  /** The same with the device made. */
  public Identity made(Way by, @Nullable Secret with) {
    return new Identity(user, kind, device, by, with, state, detail, at);
  }

  /** The same standing otherwise. */
  public Identity now(State next, String words, Instant when) {
    return new Identity(user, kind, device, way, token, next, words, when);
  }
}
