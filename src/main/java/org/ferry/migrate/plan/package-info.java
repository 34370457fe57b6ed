/**
 * What is to become of each person and room: proposed from the facts, edited by a person, checked
 * when read.
 */
@NullMarked
@CheckReturnValue
package org.ferry.migrate.plan;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
