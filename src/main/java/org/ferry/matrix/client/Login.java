package org.ferry.matrix.client;

import org.ferry.id.DeviceId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;

/**
 * What a login gives.
 *
 * @param user whose it is, as the server writes the id
 * @param device the device that the token is bound to
 * @param token the access token
 */
public record Login(UserId user, DeviceId device, Secret token) {}
