/**
 * Ferry's own PostgreSQL: a real server under the data folder, started by the first Ferry process
 * that needs it and stopped by the last that leaves.
 */
@NullMarked
@CheckReturnValue
package org.ferry.store.embedded;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
