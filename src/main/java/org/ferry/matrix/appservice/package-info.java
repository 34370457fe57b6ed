/**
 * The homeserver's side of an application service: transactions, queries and pings come in here.
 */
@NullMarked
@CheckReturnValue
package org.ferry.matrix.appservice;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
