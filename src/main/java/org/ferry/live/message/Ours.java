package org.ferry.live.message;

import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.ferry.id.UserId;

/**
 * Who we are.
 *
 * @param users Ferry's bot and the accounts that are followed
 * @param managed whether a user, as written, is one of Ferry's own, whom nobody else can write as
 */
public record Ours(Set<String> users, Predicate<String> managed) {
  /** Copies the set. */
  public Ours {
    users = Set.copyOf(users);
  }

  /** As above. */
  public static Ours of(Set<UserId> users, Predicate<String> managed) {
    return new Ours(users.stream().map(UserId::value).collect(Collectors.toSet()), managed);
  }

  boolean wrote(String user) {
    return users.contains(user) || managed.test(user);
  }
}
