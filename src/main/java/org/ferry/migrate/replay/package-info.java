/** Carrying by the plan: rooms made, events sent once and in order, doubts resolved by looking. */
@NullMarked
@CheckReturnValue
package org.ferry.migrate.replay;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
