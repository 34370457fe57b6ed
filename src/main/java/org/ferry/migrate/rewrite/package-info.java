/**
 * What an event becomes on the other side: identities, relations, links and files translated. Pure
 * but for its look-ups.
 */
@NullMarked
@CheckReturnValue
package org.ferry.migrate.rewrite;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
