package org.ferry.matrix.client;

import org.jspecify.annotations.Nullable;

/**
 * What came with a downloaded file.
 *
 * @param contentType the type the server gave
 * @param fileName the name the server gave
 * @param length the number of bytes that were written
 */
public record DownloadInfo(@Nullable String contentType, @Nullable String fileName, long length) {}
