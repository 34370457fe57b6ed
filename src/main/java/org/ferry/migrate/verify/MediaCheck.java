package org.ferry.migrate.verify;

import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.ferry.id.MxcUri;
import org.ferry.matrix.client.DownloadInfo;
import org.ferry.matrix.client.MatrixException;
import org.ferry.migrate.CrossingLedger.CarriedMedia;
import org.ferry.migrate.replay.Voyage;
import org.ferry.migrate.replay.Watch;

/** Reads every carried file back and compares its SHA-256. */
final class MediaCheck {
  private final Voyage voyage;
  private final Findings findings;
  private final Watch watch;

  MediaCheck(Voyage voyage, Findings findings, Watch watch) {
    this.voyage = voyage;
    this.findings = findings;
    this.watch = watch;
  }

  /** Compares all files; returns how many. */
  long run() {
    List<CarriedMedia> files;
    try (Stream<CarriedMedia> media = voyage.ledger().media(voyage.id())) {
      files = media.filter(m -> m.target() != null).toList();
    }
    watch.phase("files", files.size());
    for (CarriedMedia file : files) {
      check(file);
      watch.step(1);
    }
    return files.size();
  }

  private void check(CarriedMedia file) {
    MxcUri target = file.target();
    String expected = file.sha256();
    if (target == null || expected == null) {
      findings.add("media", file.old().toString(), "uploaded", file.state());
      return;
    }
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      DownloadInfo unused =
          voyage
              .bot()
              .download(target, new DigestOutputStream(OutputStream.nullOutputStream(), digest));
      String found = HexFormat.of().formatHex(digest.digest());
      if (!found.equals(expected)) {
        findings.add("media", file.old().toString(), "SHA-256 " + expected, "SHA-256 " + found);
      }
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      findings.add("media", file.old().toString(), "SHA-256 " + expected, e.getMessage());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
