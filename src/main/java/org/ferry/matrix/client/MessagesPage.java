package org.ferry.matrix.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of a room's timeline.
 *
 * @param chunk the events, in the direction asked for
 * @param start the token the page begins at
 * @param end the token to go on from; null at the end of the timeline
 */
public record MessagesPage(List<ObjectNode> chunk, @Nullable String start, @Nullable String end) {}
