/**
 * The configuration: one YAML file and the environment enter; options records, or every problem at
 * once, leave. Nothing outside knows that the file is YAML. The registration file belongs here too.
 */
@NullMarked
@CheckReturnValue
package org.ferry.config;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
