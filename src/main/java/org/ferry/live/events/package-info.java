/**
 * Events of followed rooms: taken from transactions, sync answers and timelines, decrypted, and
 * made known in order.
 */
@NullMarked
@CheckReturnValue
package org.ferry.live.events;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
