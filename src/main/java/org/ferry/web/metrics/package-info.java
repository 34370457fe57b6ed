/** Numbers for Prometheus: what happens is counted, what stands is read when it is asked for. */
@NullMarked
@CheckReturnValue
package org.ferry.web.metrics;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
