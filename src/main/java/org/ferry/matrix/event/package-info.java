/** Event contents: parsing within limits, canonical form, what a homeserver accepts. */
@NullMarked
@CheckReturnValue
package org.ferry.matrix.event;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
