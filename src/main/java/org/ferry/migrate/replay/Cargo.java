package org.ferry.migrate.replay;

import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.util.HexFormat;
import org.ferry.crypto.keys.EncryptedFile;
import org.ferry.id.MxcUri;
import org.ferry.id.Sha256;
import org.ferry.matrix.client.MediaBody;
import org.ferry.migrate.rewrite.SealedFile;
import org.ferry.model.MediaFile;
import org.ferry.source.MediaStore;

/**
 * A file's bytes as they are uploaded: as they lie in the media store, or opened on the way.
 *
 * @param known the address under which the ledger knows it
 * @param body what is uploaded
 */
record Cargo(MxcUri known, MediaBody body) {
  static Cargo of(MediaFile file, MediaStore.Blob blob) {
    MediaBody body = new MediaBody(blob.length(), file.mimeType(), file.name(), blob::open);
    return new Cargo(file.uri(), body);
  }

  /**
   * An encrypted file, whose hash is checked whenever it is opened.
   *
   * @throws org.ferry.crypto.keys.KeyException where the event gives no key that could open it
   */
  static Cargo of(SealedFile file, MediaStore.Blob blob) {
    EncryptedFile key = EncryptedFile.of(file.file());
    MediaBody body =
        new MediaBody(blob.length(), file.mimeType(), file.name(), () -> key.open(blob::open));
    return new Cargo(file.clearCopy(), body);
  }

  /**
   * Reads everything once before anything is sent.
   *
   * @return the SHA-256 of what is uploaded, in hex
   * @throws org.ferry.crypto.keys.KeyException where the ciphertext is another than the event means
   */
  String sha256() throws IOException {
    try (DigestInputStream in = new DigestInputStream(body.bytes().open(), Sha256.digest())) {
      long read = in.transferTo(OutputStream.nullOutputStream());
      if (read != body.length()) {
        throw new IOException("%d bytes instead of %d".formatted(read, body.length()));
      }
      return HexFormat.of().formatHex(in.getMessageDigest().digest());
    }
  }
}
