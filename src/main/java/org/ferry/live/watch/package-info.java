/** What stands at a moment, for those who watch; and files that messages name. */
@NullMarked
@CheckReturnValue
package org.ferry.live.watch;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
