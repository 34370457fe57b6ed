/**
 * Checked values from the edges: Matrix identifiers and secrets; and the hash that all packages
 * use. Nothing here does I/O.
 */
@NullMarked
@CheckReturnValue
package org.ferry.id;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
