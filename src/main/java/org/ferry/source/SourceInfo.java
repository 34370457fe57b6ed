package org.ferry.source;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a source is.
 *
 * @param type the source type, such as {@code synapse-dump}
 * @param server the server name that its local users carry
 * @param label what to call it in messages: a file name, or "standard input"
 * @param madeBy what wrote it, such as "pg_dump 15.18, Synapse schema 92"; null where unknown
 * @param latestEvent when the newest event happened; null where there is none
 * @param fingerprint tells two loads of the same file apart from loads of different files
 */
public record SourceInfo(
    String type,
    String server,
    String label,
    @Nullable String madeBy,
    @Nullable Instant latestEvent,
    String fingerprint) {}
