package org.ferry.matrix.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One question of {@code GET /sync}.
 *
 * @param since the token that the last committed answer ended with; null at the very first time
 * @param filter the filter itself
 * @param timeout how long the server may wait for news; zero answers at once
 */
public record SyncRequest(@Nullable String since, ObjectNode filter, Duration timeout) {}
