/** SQLite databases of small servers, read for {@code source.synapse} and never written. */
@NullMarked
@CheckReturnValue
package org.ferry.store.sqlite;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
