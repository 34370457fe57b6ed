/** What a chat system holds, as neutral immutable records; every source speaks this language. */
@NullMarked
@CheckReturnValue
package org.ferry.model;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
