package org.ferry.migrate.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.ferry.id.UserId;
import org.ferry.model.Person;
import org.ferry.model.WayIn;
import org.jspecify.annotations.Nullable;

/** How each person is reached and gets into the account that Ferry makes for them. */
public final class WaysIn {
  private final Map<UserId, List<WayIn>> ways = new HashMap<>();
  private final boolean administered;

  /**
   * Reads them.
   *
   * @param all as the source has them; closed by the caller
   * @param administered whether an administrator's token lets Ferry carry them
   */
  public WaysIn(Stream<WayIn> all, boolean administered) {
    this.administered = administered;
    all.forEach(w -> ways.computeIfAbsent(w.user(), u -> new ArrayList<>()).add(w));
  }

  /** Nothing is known of anybody. */
  public static WaysIn none() {
    return new WaysIn(Stream.empty(), false);
  }

  /** A person's e-mail address; empty where none is known. */
  String email(UserId person) {
    return ways.getOrDefault(person, List.of()).stream()
        .filter(w -> w.kind().equals(WayIn.EMAIL))
        .map(WayIn::value)
        .findFirst()
        .orElse("");
  }

  /**
   * By what somebody gets into an account that Ferry makes.
   *
   * @param person who
   * @param account what they had on the source
   * @return {@code email}, {@code sso} or both; {@code password} where an administrator has to set
   *     one; {@code none} for who was deactivated
   */
  String into(UserId person, @Nullable Person account) {
    if (account != null && account.deactivated()) {
      return "none";
    }
    List<String> words = new ArrayList<>();
    for (String kind : List.of(WayIn.EMAIL, WayIn.SSO)) {
      boolean has =
          ways.getOrDefault(person, List.of()).stream().anyMatch(w -> w.kind().equals(kind));
      if (administered && has) {
        words.add(kind);
      }
    }
    return words.isEmpty() ? "password" : String.join(" ", words);
  }
}
