/** Typed requests to a homeserver: who acts, as which device, at what time. */
@NullMarked
@CheckReturnValue
package org.ferry.matrix.client;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
