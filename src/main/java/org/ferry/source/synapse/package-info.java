/**
 * The source {@code synapse-dump}: a plain {@code pg_dump} text enters, is read row by row and
 * never executed, waits in a {@code Staging} until all its tables are there, and leaves as {@code
 * model} records. Start at {@code SynapseDump}.
 */
@NullMarked
@CheckReturnValue
package org.ferry.source.synapse;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
