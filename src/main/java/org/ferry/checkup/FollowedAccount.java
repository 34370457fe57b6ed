package org.ferry.checkup;

import org.ferry.id.UserId;

/**
 * A user whose conversations Ferry follows.
 *
 * @param user who
 * @param needsSomebody whether it is not followed until a person does something
 * @param detail why, and what; empty where there is nothing to say
 */
public record FollowedAccount(UserId user, boolean needsSomebody, String detail) {}
