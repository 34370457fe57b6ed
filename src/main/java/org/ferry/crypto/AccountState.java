package org.ferry.crypto;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A device's account as it is stored, all of it one value.
 *
 * @param pickle the Olm account, under the pickle key
 * @param curve25519 its identity key; never another for the same device
 * @param ed25519 its signing key; never another for the same device
 * @param uploaded whether the homeserver has accepted the device keys
 * @param serverKeys how many one-time keys the homeserver said last that it has
 * @param fallbackUsed whether the homeserver said that the fallback key was given out
 * @param fallbackMadeAt when the present fallback key was made; null for none
 * @param forgetFallbackAt when the previous one's private part is to be forgotten; null for none
 * @param refusals how often in a row the homeserver refused one-time keys as already existing
 */
public record AccountState(
    Pickled pickle,
    String curve25519,
    String ed25519,
    boolean uploaded,
    int serverKeys,
    boolean fallbackUsed,
    @Nullable Instant fallbackMadeAt,
    @Nullable Instant forgetFallbackAt,
    int refusals) {}
