/**
 * A Synapse's media_store as a folder or a tar, read in place: nothing is ever unpacked to a path
 * that an archive names. Start at {@code MediaStores}.
 */
@NullMarked
@CheckReturnValue
package org.ferry.source.media;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
