/**
 * The database: the sole owner of SQL, connections and migrations; implements the others' ports.
 */
@NullMarked
@CheckReturnValue
package org.ferry.store;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
