/** The command line: arguments enter; tables, JSON, progress and an exit status leave. */
@NullMarked
@CheckReturnValue
package org.ferry.cli;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
