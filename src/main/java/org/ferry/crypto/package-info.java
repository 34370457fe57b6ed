/**
 * End-to-end encryption: to-device events, device lists, key counts and encrypted events enter,
 * clear events, requests to send and one set of changes to store leave. No I/O.
 */
@NullMarked
@CheckReturnValue
package org.ferry.crypto;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
