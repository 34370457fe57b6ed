/** Sources: a dump, an archive or a server's API enters, a lazily read stream of model leaves. */
@NullMarked
@CheckReturnValue
package org.ferry.source;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
