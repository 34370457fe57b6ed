/**
 * The staging of {@code source.synapse} in PostgreSQL: rows enter by COPY into temporary tables,
 * joined rows leave through a cursor.
 */
@NullMarked
@CheckReturnValue
package org.ferry.store.staging;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
