package org.ferry.live.message;

import java.util.List;

/**
 * A network as the configuration describes it: one of its own, or more about a known one.
 *
 * @param name what it is called in what is told and in filters
 * @param users globs of the users who stand for people of that network; what the first {@code *} of
 *     one stands for is the person's id there
 * @param protocols more ids by which bridges call it in {@code m.bridge}
 * @param own users who stand for ourselves there
 */
public record NetworkOptions(
    String name, List<String> users, List<String> protocols, List<String> own) {
  /** Copies the lists. */
  public NetworkOptions {
    users = List.copyOf(users);
    protocols = List.copyOf(protocols);
    own = List.copyOf(own);
  }
}
