package org.ferry.model;

import org.ferry.id.UserId;

/**
 * Something by which a person got into the source, or was reached: an e-mail address, a telephone
 * number, an identity of a single sign-on. Never a password, a hash of one, or a token.
 *
 * @param user who
 * @param kind {@link #EMAIL}, {@link #PHONE} or {@link #SSO}; others are possible
 * @param provider which single sign-on, as the source's server named it; empty for others
 * @param value the address, the number, or the id that the provider knows the person by
 */
public record WayIn(UserId user, String kind, String provider, String value) {
  /** An e-mail address, by which a password can be reset. */
  public static final String EMAIL = "email";

  /** A telephone number. */
  public static final String PHONE = "msisdn";

  /** An identity of a single sign-on. */
  public static final String SSO = "sso";
}
