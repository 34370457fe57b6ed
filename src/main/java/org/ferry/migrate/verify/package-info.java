/** The proof: the destination read back and compared with the ledger, event by event. */
@NullMarked
@CheckReturnValue
package org.ferry.migrate.verify;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
