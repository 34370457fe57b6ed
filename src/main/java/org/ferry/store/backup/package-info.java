/** The ledger as a file: tables enter, one compressed and checked stream leaves, and back. */
@NullMarked
@CheckReturnValue
package org.ferry.store.backup;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
