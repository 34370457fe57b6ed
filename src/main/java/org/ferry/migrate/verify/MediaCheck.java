package org.ferry.migrate.verify;

import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Optional;
import java.util.stream.Stream;
import org.ferry.id.MxcUri;
import org.ferry.matrix.client.DownloadInfo;
import org.ferry.matrix.client.MatrixException;
import org.ferry.migrate.CrossingLedger.CarriedMedia;
import org.ferry.migrate.replay.Voyage;
import org.ferry.migrate.replay.Watch;
import org.ferry.migrate.verify.Difference.Kind;
import org.ferry.source.MediaStore;
import org.jspecify.annotations.Nullable;

/**
 * Downloads every carried file once and compares its SHA-256 with that of the media store's bytes,
 * or where no store is given, or it has lost the file, with what was noted when it was carried.
 */
final class MediaCheck {
  private static final String SHA = "SHA-256 ";

  private final Voyage voyage;
  private final @Nullable MediaStore store;
  private final Findings findings;
  private final Watch watch;
  private long compared;
  private long fromStore;

  MediaCheck(Voyage voyage, @Nullable MediaStore store, Findings findings, Watch watch) {
    this.voyage = voyage;
    this.store = store;
    this.findings = findings;
    this.watch = watch;
  }

  /** Files that were compared. */
  long compared() {
    return compared;
  }

  /** Of these, files that were compared with the media store's bytes. */
  long fromStore() {
    return fromStore;
  }

  /** Compares all files. */
  void run() {
    long total;
    try (Stream<CarriedMedia> media = voyage.ledger().media(voyage.id())) {
      total = media.count();
    }
    watch.phase("files", total);
    try (Stream<CarriedMedia> media = voyage.ledger().media(voyage.id())) {
      Iterator<CarriedMedia> files = media.iterator();
      while (files.hasNext() && !watch.stopping()) {
        check(files.next());
        watch.step(1);
      }
    }
  }

  private void check(CarriedMedia file) {
    MxcUri target = file.target();
    String noted = file.sha256();
    if (target == null || noted == null || !file.state().equals("carried")) {
      String why = file.reason() == null ? "its upload did not end" : file.reason();
      findings.add(Kind.FAILED, file.old().toString(), "carried", why);
      return;
    }
    String expected = kept(file.old(), noted);
    compared++;
    try {
      MessageDigest digest = sha256();
      DownloadInfo unused = voyage.bot().download(target, into(digest));
      String found = hex(digest);
      if (!found.equals(expected)) {
        findings.add(Kind.MEDIA, file.old().toString(), SHA + expected, SHA + found);
      }
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      findings.add(Kind.MEDIA, file.old().toString(), SHA + expected, e.getMessage());
    }
  }

  /** The hash of the store's bytes, or the noted one where the store does not have the file. */
  private String kept(MxcUri old, String noted) {
    if (store == null) {
      return noted;
    }
    try {
      Optional<MediaStore.Blob> blob = blob(store, old);
      if (blob.isEmpty()) {
        return noted;
      }
      MessageDigest digest = sha256();
      try (var bytes = blob.get().open()) {
        long unused = bytes.transferTo(into(digest));
      }
      fromStore++;
      return hex(digest);
    } catch (IOException e) {
      findings.add(
          Kind.UNREADABLE,
          old.toString(),
          null,
          "%s cannot be read: %s".formatted(store.label(), e.getMessage()));
      return noted;
    }
  }

  private Optional<MediaStore.Blob> blob(MediaStore from, MxcUri old) throws IOException {
    var file = voyage.sources().media(voyage.source().id(), old);
    return file.isEmpty() ? Optional.empty() : from.find(file.get().path());
  }

  private static OutputStream into(MessageDigest digest) {
    return new DigestOutputStream(OutputStream.nullOutputStream(), digest);
  }

  private static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
