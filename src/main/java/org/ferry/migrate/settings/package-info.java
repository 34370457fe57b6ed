/**
 * What people keep for themselves (profile, tags, push rules, read markers and the like): what it
 * should be on the destination, asked by the replay that sets it and by the proof that compares it.
 */
@NullMarked
@CheckReturnValue
package org.ferry.migrate.settings;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
