/** Whose conversations Ferry follows, and which of them. */
@NullMarked
@CheckReturnValue
package org.ferry.live.accounts;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
