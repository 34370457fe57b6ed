package org.ferry.live.provision;

import java.util.Locale;

/** What a member may do in a room. */
public enum Role {
  /** Speaks. */
  MEMBER(0),
  /** Removes messages and people. */
  MODERATOR(50),
  /** Does everything. */
  ADMIN(100);

  private final int level;

  Role(int level) {
    this.level = level;
  }

  /** The power level of the role. */
  public int level() {
    return level;
  }

  /** The word of the API. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The role of a word of the API. */
  public static Role of(String word) {
    for (Role role : values()) {
      if (role.word().equals(word)) {
        return role;
      }
    }
    throw new ProvisionException(
        ProvisionException.Kind.INVALID, "role is member, moderator or admin");
  }
}
