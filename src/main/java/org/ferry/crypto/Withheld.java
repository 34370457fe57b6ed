package org.ferry.crypto;

/**
 * That somebody refuses a room key.
 *
 * @param ref the session
 * @param code {@code m.blacklisted} and so on, as it came
 * @param reason the words with it, at most 500 characters
 */
public record Withheld(SessionRef ref, String code, String reason) {}
