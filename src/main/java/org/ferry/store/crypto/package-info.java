/** Keys and encryption's state in PostgreSQL: protected by the pickle key, never in clear. */
@NullMarked
@CheckReturnValue
package org.ferry.store.crypto;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
