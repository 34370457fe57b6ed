/** Compressed files of strangers, opened with bounded memory and a bounded result. */
@NullMarked
@CheckReturnValue
package org.ferry.source.packed;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
