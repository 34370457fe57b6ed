package org.ferry.checkup;

import org.jspecify.annotations.Nullable;

/**
 * Where live messages are posted to.
 *
 * @param name the endpoint's
 * @param host its host and port
 * @param trouble why nothing gets there; null where connections are taken
 * @param remedy what puts that right; null where nothing is to be done
 */
public record Receiving(
    String name, String host, @Nullable String trouble, @Nullable String remedy) {}
