/** Messages on their way, in PostgreSQL. */
@NullMarked
package org.ferry.store.sending;

import org.jspecify.annotations.NullMarked;
