/**
 * Live messages to other people's programs: rows enter, signed posts leave. Knows neither where the
 * rows come from nor the database.
 */
@NullMarked
package org.ferry.webhook;

import org.jspecify.annotations.NullMarked;
