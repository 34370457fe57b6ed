/** What Ferry follows, in PostgreSQL. */
@NullMarked
@CheckReturnValue
package org.ferry.store.live;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
