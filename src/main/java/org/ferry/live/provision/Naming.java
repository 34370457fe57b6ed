package org.ferry.live.provision;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.ferry.id.UserId;

/**
 * Which Matrix users stand for an application's names.
 *
 * @param domain the homeserver's name
 * @param bot Ferry's own user
 * @param ghost makes a user of the namespace for a localpart; one for each
 * @param isOurs whether Ferry may act for a user
 */
public record Naming(
    String domain,
    UserId bot,
    java.util.function.Function<String, UserId> ghost,
    Predicate<UserId> isOurs) {
  private static final int LONGEST = 255;
  private static final String ALLOWED = "._/+-";

  /** The user for a name; generations after the first have a number behind it. */
  UserId user(String extId, int generation) {
    UnaryOperator<String> next = s -> generation == 0 ? s : s + "=." + generation;
    return ghost.apply(next.apply(encode(extId)));
  }

  /**
   * No two names become the same: all but small letters, digits and {@code ._/+-} is {@code =xx}.
   */
  private static String encode(String extId) {
    StringBuilder out = new StringBuilder();
    for (byte b : extId.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xFF);
      if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || ALLOWED.indexOf(c) >= 0) {
        out.append(c);
      } else {
        out.append('=').append(HexFormat.of().toHexDigits(b));
      }
    }
    return out.toString();
  }

  /** Checks a name of an application's. */
  static void check(String what, String name) {
    if (name.equals(".") || name.equals("..")) {
      throw new ProvisionException(
          ProvisionException.Kind.INVALID,
          what + " may not be . or .., which many clients take out of a path");
    }
    if (name.isBlank() || name.length() > LONGEST) {
      throw new ProvisionException(
          ProvisionException.Kind.INVALID, what + " has 1 to " + LONGEST + " characters");
    }
    if (name.chars().anyMatch(Character::isISOControl)) {
      throw new ProvisionException(
          ProvisionException.Kind.INVALID, what + " may hold no control characters");
    }
  }

  /** Refuses whom this homeserver does not have. */
  void refuseStrangers(UserId user) {
    if (!user.server().equals(domain)) {
      throw new ProvisionException(
          ProvisionException.Kind.INVALID,
          user
              + " is of "
              + user.server()
              + "; Ferry makes and places users of "
              + domain
              + " only. Invite people of other servers from a client.");
    }
  }
}
