/** Crossings of the built program into a real Synapse, and an independent eye on what arrived. */
@NullMarked
@CheckReturnValue
package org.ferry.testing.crossing;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
