package org.ferry.crypto;

import java.time.Instant;

/**
 * That the user's other devices were asked for a secret.
 *
 * @param name of the secret, as in secret storage
 * @param id the request's id
 * @param at when
 */
public record SecretRequest(String name, String id, Instant at) {}
