package org.ferry.migrate.replay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.ferry.crypto.keys.KeyException;
import org.ferry.id.MxcUri;
import org.ferry.matrix.client.Errcode;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.client.MediaBody;
import org.ferry.migrate.CrossingLedger.CarriedMedia;
import org.ferry.migrate.rewrite.Lookups.FileFate;
import org.ferry.migrate.rewrite.SealedFile;
import org.ferry.model.MediaFile;
import org.ferry.source.MediaStore;
import org.jspecify.annotations.Nullable;

/**
 * Carries files: each once, however often it is used. The new address is reserved and noted before
 * a byte is sent, so that a repeat fills the same address. Safe for use by many threads.
 */
final class Files implements Courier {
  private static final String CARRIED = "carried";
  static final String RESERVED = "reserved";
  private static final String FAILED = "failed";

  /** How many files are kept in mind; what became of the others is in the ledger. */
  private static final int REMEMBERED = 50_000;

  private final Voyage voyage;
  private final @Nullable MediaStore store;
  private final Map<MxcUri, ReentrantLock> locks = new ConcurrentHashMap<>();
  private final Map<MxcUri, FileFate> fates = new ConcurrentHashMap<>();
  private volatile long limit = -1;

  Files(Voyage voyage, @Nullable MediaStore store) {
    this.voyage = voyage;
    this.store = store;
  }

  /** The new address of a file, after carrying it where that was not done before. */
  @Override
  public FileFate carry(MxcUri old) {
    return once(old, () -> decide(old, old, null));
  }

  /** The same of its clear copy. */
  @Override
  public FileFate carry(SealedFile file) {
    return once(file.clearCopy(), () -> decide(file.address(), file.clearCopy(), file));
  }

  private FileFate once(MxcUri old, Supplier<FileFate> how) {
    FileFate known = fates.get(old);
    if (known != null) {
      return known;
    }
    ReentrantLock lock = locks.computeIfAbsent(old, k -> new ReentrantLock());
    lock.lock();
    try {
      FileFate again = fates.get(old);
      if (again == null) {
        again = how.get();
        if (fates.size() >= REMEMBERED) {
          fates.clear();
        }
        fates.put(old, again);
      }
      return again;
    } finally {
      lock.unlock();
      // Whoever comes now finds the fate.
      ReentrantLock unused = locks.remove(old);
    }
  }

  /**
   * What becomes of a file.
   *
   * @param old its address on the source
   * @param known the address under which the ledger knows it
   * @param sealed how it is opened, null where it is carried as it is
   */
  private FileFate decide(MxcUri old, MxcUri known, @Nullable SealedFile sealed) {
    Optional<CarriedMedia> row = voyage.ledger().media(voyage.id(), known);
    if (row.isPresent() && row.get().state().equals(CARRIED) && row.get().target() != null) {
      return new FileFate.Carried(row.get().target());
    }
    Optional<MediaFile> file = voyage.sources().media(voyage.source().id(), old);
    boolean local = old.server().equals(voyage.source().info().server());
    if (file.isEmpty()) {
      return local ? missing(known, "the source does not know the file " + old) : elsewhere();
    }
    if (file.get().quarantined()) {
      return elsewhere();
    }
    if (store == null) {
      return local
          ? missing(known, "no media store was given: run again with --media PATH")
          : elsewhere();
    }
    try {
      Optional<MediaStore.Blob> blob = store.find(file.get().path());
      if (blob.isEmpty()) {
        return local
            ? missing(known, file.get().path() + " is not in the media store " + store.label())
            : elsewhere();
      }
      Cargo cargo =
          sealed == null ? Cargo.of(file.get(), blob.get()) : Cargo.of(sealed, blob.get());
      return upload(cargo, row.orElse(null));
    } catch (IOException | UncheckedIOException e) {
      return missing(
          known, file.get().path() + " in " + store.label() + " cannot be read: " + e.getMessage());
    } catch (KeyException e) {
      return missing(known, "%s cannot be decrypted: %s".formatted(old, e.getMessage()));
    }
  }

  private FileFate upload(Cargo cargo, @Nullable CarriedMedia row) throws IOException {
    MediaBody body = cargo.body();
    if (body.length() > limit()) {
      return missing(
          cargo.known(),
          "%s has %,d bytes, more than the %,d that the homeserver takes: raise max_upload_size there and run again"
              .formatted(cargo.known(), body.length(), limit()));
    }
    String sha256 = cargo.sha256();
    Intent bot = voyage.bot();
    try {
      MxcUri target = send(cargo.known(), body, bot, row);
      note(new CarriedMedia(cargo.known(), target, CARRIED, sha256, body.length(), null));
      return new FileFate.Carried(target);
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      return refused(cargo, e);
    }
  }

  private FileFate refused(Cargo cargo, MatrixException e) {
    MxcUri known = cargo.known();
    if ((e.status() == 413 && e.errcode().isEmpty()) || e.status() == 502) {
      String why =
          "%s has %,d bytes, more than a proxy in front of the homeserver lets through (%d %s): raise its limit there (nginx: client_max_body_size; Caddy: request_body) and run again"
              .formatted(known, cargo.body().length(), e.status(), e.error());
      return e.status() == 502 ? failing(known, why) : missing(known, why);
    }
    String reason = "the homeserver refused " + known + ": " + e.getMessage();
    return e.status() >= 500
        ? failing(known, reason + ". Its log says why; is the disk of its media store full?")
        : missing(known, reason);
  }

  private MxcUri send(MxcUri known, MediaBody body, Intent bot, @Nullable CarriedMedia row) {
    MxcUri target = row == null ? null : row.target();
    if (target == null) {
      try {
        target = bot.reserveMedia();
      } catch (MatrixException e) {
        if (!e.isUnrecognized() && !e.isRateLimit()) {
          throw e;
        }
        // Not offered, or too many at a time, as the homeserver or a proxy counts: it goes without
        // a reserved address.
        return bot.upload(body);
      }
      note(new CarriedMedia(known, target, RESERVED, null, -1, null));
    }
    try {
      bot.uploadTo(target, body);
    } catch (MatrixException e) {
      if (e.isNotFound()) {
        // The reservation has run out since: nothing was ever stored there.
        return send(known, body, bot, null);
      }
      if (!e.is(Errcode.CANNOT_OVERWRITE_MEDIA)) {
        throw e;
      }
    }
    return target;
  }

  private long limit() {
    if (limit < 0) {
      limit = voyage.bot().uploadLimit();
    }
    return limit;
  }

  private FileFate missing(MxcUri old, String reason) {
    FileFate fate = failing(old, reason);
    return voyage.options().replay().missingMedia().equals("carry") ? elsewhere() : fate;
  }

  /** What a homeserver fails on today it may take tomorrow: no message goes without the file. */
  private FileFate failing(MxcUri old, String reason) {
    // An address that was reserved is filled by the next run.
    MxcUri reserved =
        voyage.ledger().media(voyage.id(), old).map(CarriedMedia::target).orElse(null);
    note(new CarriedMedia(old, reserved, FAILED, null, -1, reason));
    return new FileFate.Missing(reason);
  }

  private static FileFate elsewhere() {
    return new FileFate.Elsewhere();
  }

  private void note(CarriedMedia row) {
    voyage.ledger().media(voyage.id(), row);
  }
}
