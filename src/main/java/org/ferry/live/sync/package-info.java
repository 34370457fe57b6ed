/**
 * Devices of followed users: made, synced, and given what their machines want sent. Keys come by
 * {@code /sync} alone, in the server's order.
 */
@NullMarked
@CheckReturnValue
package org.ferry.live.sync;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
