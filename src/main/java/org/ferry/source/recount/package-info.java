/**
 * A second way through a dump: it shares no code with the reading that fills the ledger, so that a
 * fault of that reading does not hide itself.
 */
@NullMarked
@CheckReturnValue
package org.ferry.source.recount;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
