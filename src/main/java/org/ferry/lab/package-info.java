/**
 * A real homeserver and its database on this machine, for the demo and for tests: started on free
 * loopback ports in seconds, stopped, and reaped when a killed run left them.
 */
@NullMarked
@CheckReturnValue
package org.ferry.lab;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
