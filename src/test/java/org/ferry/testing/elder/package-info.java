/**
 * A second old server for tests: a Synapse filled through its API, and by crafted rows where no API
 * makes them, with what the sample that ships with Ferry does not hold; then dumped.
 */
@NullMarked
@CheckReturnValue
package org.ferry.testing.elder;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
