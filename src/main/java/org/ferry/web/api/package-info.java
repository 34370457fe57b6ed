/**
 * The API under {@code /api/v1}: requests of programs enter, JSON or a problem document (RFC 9457)
 * leaves. Who asks is known, and what they may do is checked, before a body is read.
 */
@NullMarked
@CheckReturnValue
package org.ferry.web.api;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
