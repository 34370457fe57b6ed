package org.ferry.crypto.vodozemac;

/**
 * A message to a public key, as {@code m.megolm_backup.v1.curve25519-aes-sha2} holds it.
 *
 * @param ciphertext unpadded base64
 * @param mac unpadded base64; covers nothing but the key, see {@link PkDecryption}
 * @param ephemeral the sender's key of this one message, unpadded base64
 */
public record PkMessage(String ciphertext, String mac, String ephemeral) {}
