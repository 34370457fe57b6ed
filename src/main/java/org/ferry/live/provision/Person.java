package org.ferry.live.provision;

import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/**
 * A user that stands for somebody of an application's.
 *
 * @param extId the application's name for them
 * @param user the Matrix user
 * @param state where it stands
 * @param generation how many users of this name there were before
 * @param profile what was last set
 */
public record Person(String extId, UserId user, State state, int generation, Profile profile) {
  /** Where a user stands. */
  public enum State {
    /** The intention is noted; whether the homeserver has the user is not known. */
    MAKING,
    /** The homeserver has it. */
    THERE,
    /** Deactivated; the name is free for another user. */
    GONE
  }

  /**
   * What an application says of a user; null is nothing said, the empty string takes it away.
   *
   * @param displayname the name shown
   * @param avatarUrl an {@code mxc://} address
   * @param email an address
   */
  public record Profile(
      @Nullable String displayname, @Nullable String avatarUrl, @Nullable String email) {
    /** Nothing said. */
    public static final Profile NONE = new Profile(null, null, null);

    /** What holds after these words are said on top of earlier ones. */
    Profile over(Profile earlier) {
      return new Profile(
          displayname == null ? earlier.displayname : displayname,
          avatarUrl == null ? earlier.avatarUrl : avatarUrl,
          email == null ? earlier.email : email);
    }

    @Override
    public String toString() {
      return "Profile";
    }
  }
}
