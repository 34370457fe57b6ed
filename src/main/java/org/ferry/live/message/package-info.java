/**
 * What live events mean: each becomes at most a few messages with a type, a room, a network and a
 * direction, in one log that webhooks and the API read.
 */
@NullMarked
@CheckReturnValue
package org.ferry.live.message;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
