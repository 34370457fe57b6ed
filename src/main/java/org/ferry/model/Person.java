package org.ferry.model;

import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who has an account on the source, or a guest or bot of it.
 *
 * @param id the id on the source
 * @param displayName the name shown, null where none was set
 * @param avatar the picture as the source wrote it, normally {@code mxc://…}; null where none
 * @param deactivated true where the account was closed
 * @param admin true for an administrator of the source
 * @param guest true for a guest account
 * @param bridged true where an application service of the source owns the account
 * @param createdAt milliseconds since 1970, 0 where unknown
 */
public record Person(
    UserId id,
    @Nullable String displayName,
    @Nullable String avatar,
    boolean deactivated,
    boolean admin,
    boolean guest,
    boolean bridged,
    long createdAt) {}
