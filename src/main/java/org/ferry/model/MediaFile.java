package org.ferry.model;

import org.ferry.id.MxcUri;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/**
 * A file that the source's content repository knows.
 *
 * @param uri its address on the source
 * @param mimeType its type, null where unknown
 * @param name the name it was uploaded under, null where unknown
 * @param length bytes, -1 where unknown
 * @param uploader who uploaded it, null for files of other servers
 * @param path the place of its bytes relative to the media store, with forward slashes
 * @param quarantined true where an administrator of the source locked it
 */
public record MediaFile(
    MxcUri uri,
    @Nullable String mimeType,
    @Nullable String name,
    long length,
    @Nullable UserId uploader,
    String path,
    boolean quarantined) {}
