/**
 * The parts put together: options enter, a running Ferry leaves. Opened in order, closed in
 * reverse, one small class for each part; no logic of its own.
 */
@NullMarked
@CheckReturnValue
package org.ferry.app;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
