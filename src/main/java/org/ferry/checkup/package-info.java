/**
 * Examines an installation before it is trusted with a migration: probes go out to the homeserver,
 * findings with their remedies leave. Everything that a probe makes there is taken away again.
 */
@NullMarked
@CheckReturnValue
package org.ferry.checkup;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
