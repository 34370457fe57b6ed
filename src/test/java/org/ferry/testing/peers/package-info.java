/**
 * Other people's encrypted clients as processes, for tests of what Ferry and they say to each
 * other: matrix-nio (vodozemac) and mautrix-python (libolm), from PyPI in virtual environments
 * under the cache folder.
 */
@NullMarked
@CheckReturnValue
package org.ferry.testing.peers;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
