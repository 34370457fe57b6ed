/** The built program under kills, faults of servers and networks, and bad input. */
@NullMarked
@CheckReturnValue
package org.ferry.faults;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
