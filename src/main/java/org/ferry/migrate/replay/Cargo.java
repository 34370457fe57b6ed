package org.ferry.migrate.replay;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.ferry.id.MxcUri;
import org.ferry.matrix.client.MediaBody;
import org.ferry.migrate.decrypt.FileKey;
import org.ferry.migrate.rewrite.SealedFile;
import org.ferry.model.MediaFile;
import org.ferry.source.MediaStore;
import org.jspecify.annotations.Nullable;

/**
 * A file's bytes as they are uploaded: as they lie in the media store, or opened on the way.
 *
 * @param known the address under which the ledger knows it
 * @param body what is uploaded
 * @param stored the bytes in the media store
 * @param key opens them; null where they go as they are
 */
record Cargo(MxcUri known, MediaBody body, MediaStore.Blob stored, @Nullable FileKey key) {
  static Cargo of(MediaFile file, MediaStore.Blob blob) {
    MediaBody body = new MediaBody(blob.length(), file.mimeType(), file.name(), blob::open);
    return new Cargo(file.uri(), body, blob, null);
  }

  /**
   * An encrypted file.
   *
   * @throws IllegalArgumentException where the event gives no key that could open it
   */
  static Cargo of(SealedFile file, MediaStore.Blob blob) {
    FileKey key = FileKey.read(file.file());
    MediaBody body =
        new MediaBody(blob.length(), file.mimeType(), file.name(), () -> key.open(blob.open()));
    return new Cargo(file.clearCopy(), body, blob, key);
  }

  /**
   * Reads everything once before anything is sent: a ciphertext must have the hash that its event
   * gives.
   *
   * @return the SHA-256 of what is uploaded, in hex
   * @throws IllegalArgumentException where the ciphertext is another one
   */
  String check() throws IOException {
    if (key != null) {
      String found = sha256(stored.open());
      if (!found.equals(key.sha256())) {
        throw new IllegalArgumentException(
            "its bytes have the SHA-256 %s, and the message says %s: they were changed, or are others"
                .formatted(found, key.sha256()));
      }
    }
    return sha256(body.bytes().open());
  }

  private String sha256(InputStream bytes) throws IOException {
    try (InputStream in = new DigestInputStream(bytes, MessageDigest.getInstance("SHA-256"))) {
      long read = in.transferTo(OutputStream.nullOutputStream());
      if (read != stored.length()) {
        throw new IOException("%d bytes instead of %d".formatted(read, stored.length()));
      }
      return HexFormat.of().formatHex(((DigestInputStream) in).getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
