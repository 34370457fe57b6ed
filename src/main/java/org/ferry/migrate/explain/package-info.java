/** Says what is known of one thing: an id of either side enters, facts from the ledger leave. */
@NullMarked
@CheckReturnValue
package org.ferry.migrate.explain;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
