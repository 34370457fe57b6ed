package org.ferry.matrix.client;

import org.ferry.matrix.event.Json;

/**
 * How one user shows up everywhere (client-server API, "Profiles"). Blocks and throws as {@link
 * Intent} does. Safe for use by many threads.
 */
public final class OwnProfile {
  private final Asker asker;

  OwnProfile(Asker asker) {
    this.asker = asker;
  }

  /** Sets the user's global name; the empty string removes it. */
  public void setName(String name) {
    asker.tell(
        Call.put(
            Json.object().put("displayname", name),
            Asker.V3 + "/profile/{}/displayname",
            asker.user().value()));
  }

  /** Sets the user's global picture, an {@code mxc://} address; the empty string removes it. */
  public void setAvatar(String mxc) {
    asker.tell(
        Call.put(
            Json.object().put("avatar_url", mxc),
            Asker.V3 + "/profile/{}/avatar_url",
            asker.user().value()));
  }

  /**
   * Sets one field of the user's global profile and, where the server offers that (MSC4069), leaves
   * the memberships that show the earlier one as they are.
   *
   * @param field {@code displayname} or {@code avatar_url}
   * @param value the new value; the empty string removes it
   */
  public void setQuietly(String field, String value) {
    boolean offered = asker.server().versions().hasFeature("org.matrix.msc4069");
    Call call =
        Call.put(
            Json.object().put(field, value),
            Asker.V3 + "/profile/{}/{}",
            asker.user().value(),
            field);
    asker.tell(call.with("org.matrix.msc4069.propagate", offered ? "false" : null));
  }
}
