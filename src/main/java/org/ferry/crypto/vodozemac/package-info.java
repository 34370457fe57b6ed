/** The Olm and Megolm ratchets of libvodozemac, called through JNA; nothing else touches JNA. */
@NullMarked
@CheckReturnValue
package org.ferry.crypto.vodozemac;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
