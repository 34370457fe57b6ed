/**
 * Encrypted history: an event of the source and the keys that were given enter, the event in clear
 * leaves, or why it stays closed.
 */
@NullMarked
@CheckReturnValue
package org.ferry.migrate.decrypt;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
