/** Takes back what a migration did: a crossing enters, an emptied destination leaves. */
@NullMarked
@CheckReturnValue
package org.ferry.migrate.undo;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
