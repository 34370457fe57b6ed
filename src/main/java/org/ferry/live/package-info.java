/**
 * What comes in while Ferry runs is kept here as it came, and its parts make of it: who is
 * followed, what was said, and what applications say themselves.
 */
@NullMarked
@CheckReturnValue
package org.ferry.live;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
