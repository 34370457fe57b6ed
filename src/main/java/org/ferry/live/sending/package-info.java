/**
 * Messages of anybody who writes live enter, events in rooms leave: each once, whatever is repeated
 * or killed in between.
 */
@NullMarked
package org.ferry.live.sending;

import org.jspecify.annotations.NullMarked;
