package org.ferry.matrix.client;

import org.ferry.id.DeviceId;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/**
 * Whom the server takes us for.
 *
 * @param user the user
 * @param device the device, null where none is bound to the request
 */
public record WhoAmI(UserId user, @Nullable DeviceId device) {}
