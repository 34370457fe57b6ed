/** Measurements that {@code bench/} starts; no tests. */
@NullMarked
package org.ferry.bench;

import org.jspecify.annotations.NullMarked;
