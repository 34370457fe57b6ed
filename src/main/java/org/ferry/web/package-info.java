/** What an operator reads over HTTP. */
@NullMarked
@CheckReturnValue
package org.ferry.web;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
