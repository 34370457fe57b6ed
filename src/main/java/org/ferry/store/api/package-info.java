/** What applications make through the API, in PostgreSQL. */
@NullMarked
@CheckReturnValue
package org.ferry.store.api;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
