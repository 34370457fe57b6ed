/** What comes in while Ferry runs, before anything is made of it. */
@NullMarked
@CheckReturnValue
package org.ferry.live;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
