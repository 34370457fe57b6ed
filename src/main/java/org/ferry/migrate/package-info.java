/** Carrying: the plan, the replay, the ledger they keep, and the proof that all arrived. */
@NullMarked
@CheckReturnValue
package org.ferry.migrate;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
