/** Deliveries to webhooks in PostgreSQL. */
@NullMarked
package org.ferry.store.webhook;

import org.jspecify.annotations.NullMarked;
