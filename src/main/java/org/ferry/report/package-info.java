/**
 * The report for people: what a verification found, as one page of HTML that needs nothing else.
 */
@NullMarked
@CheckReturnValue
package org.ferry.report;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
