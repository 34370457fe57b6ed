/** What tests share: servers, processes of the built program, faults of a network. */
@NullMarked
@CheckReturnValue
package org.ferry.testing;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
