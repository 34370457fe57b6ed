package org.ferry.migrate.verify;

import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.ferry.id.MxcUri;
import org.ferry.id.Sha256;
import org.ferry.id.UserId;
import org.ferry.matrix.client.DownloadInfo;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.client.Profile;
import org.ferry.migrate.CrossingLedger.CarriedMedia;
import org.ferry.migrate.CrossingLedger.CarriedPerson;
import org.ferry.migrate.Forgotten;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.replay.Faces;
import org.ferry.migrate.replay.Hands;
import org.ferry.migrate.replay.Voyage;
import org.ferry.migrate.replay.Watch;
import org.ferry.migrate.verify.Difference.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Reads the profile of every ghost, with one request each, and compares name and picture with the
 * source's. A ghost is Ferry's alone, so that whatever differs is a difference. A picture under its
 * carried address is compared with the other files; under another one its bytes are read.
 */
final class GhostCheck {
  private final Voyage voyage;
  private final Faces faces;
  private final Findings findings;
  private final Watch watch;
  private final Map<UserId, CarriedPerson> rows = new HashMap<>();
  private final boolean forgotten;

  GhostCheck(Voyage voyage, Findings findings, Watch watch) {
    this.voyage = voyage;
    this.faces = new Faces(voyage);
    this.findings = findings;
    this.watch = watch;
    this.forgotten = voyage.sources().forgotten(voyage.source().id()) > 0;
    try (Stream<CarriedPerson> people = voyage.ledger().people(voyage.id())) {
      people.forEach(row -> rows.put(row.target(), row));
    }
  }

  /** Compares all, or as many as there is time for before a stop. */
  void run() {
    List<Plan.PlanPerson> ghosts =
        voyage.plan().people().stream()
            .filter(p -> p.action() == Plan.PersonAction.GHOST && p.target() != null)
            .filter(p -> faces.knows(p) || !Forgotten.isErased(p.id()))
            .toList();
    watch.phase("ghosts", ghosts.size());
    var found = new ConcurrentLinkedQueue<Difference>();
    try {
      new Hands(voyage.homeserver(), watch)
          .each(
              ghosts,
              ghost -> {
                found.addAll(compare(ghost));
                watch.step(1);
              });
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    found.stream().sorted(Comparator.comparing(Difference::what)).forEach(findings::add);
  }

  private List<Difference> compare(Plan.PlanPerson ghost) {
    UserId target = ghost.target();
    CarriedPerson row = target == null ? null : rows.get(target);
    if (target == null || row == null) {
      return List.of(new Difference(Kind.WAITING, ghost.id().value(), "a ghost", null));
    }
    if (!row.state().equals("ready")) {
      return List.of(new Difference(Kind.FAILED, target.value(), "a ghost", row.reason()));
    }
    try {
      Intent self = voyage.homeserver().as(target);
      return compare(ghost, row, self.profile(target).orElse(new Profile(null, null)), self);
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      return List.of(new Difference(Kind.UNREADABLE, target.value(), null, e.getMessage()));
    }
  }

  private List<Difference> compare(
      Plan.PlanPerson ghost, CarriedPerson row, Profile there, Intent self) {
    String name = or(there.displayName());
    String picture = or(there.avatarUrl());
    if (forgotten) {
      // Of what was set only a hash is left.
      return Faces.note(name, picture).equals(row.profile())
          ? List.of()
          : List.of(different(row, "displayname or avatar_url", "as it was set", name));
    }
    List<Difference> differences = new ArrayList<>();
    String wanted = faces.ghostName(ghost);
    // Where there is none, a homeserver gives one of its own.
    if (!wanted.isBlank() && !wanted.equals(name)) {
      differences.add(different(row, "displayname", wanted, name));
    }
    picture(row, faces.picture(ghost), picture, self).ifPresent(differences::add);
    return differences;
  }

  private Optional<Difference> picture(
      CarriedPerson row, Optional<MxcUri> old, String there, Intent self) {
    Optional<CarriedMedia> wanted =
        old.flatMap(o -> voyage.ledger().media(voyage.id(), o))
            .filter(m -> m.state().equals("carried"));
    String address = wanted.map(CarriedMedia::target).map(MxcUri::toString).orElse("");
    if (address.equals(there)) {
      return Optional.empty();
    }
    String bytes = wanted.map(CarriedMedia::sha256).orElse(null);
    String found = there.isEmpty() ? null : sha256(there, self);
    return bytes != null && bytes.equals(found)
        ? Optional.empty()
        : Optional.of(different(row, "avatar_url", words(bytes), words(found)));
  }

  /** The hash of a picture's bytes, or why they cannot be read. */
  private static String sha256(String address, Intent self) {
    Optional<MxcUri> picture = MxcUri.parse(address);
    if (picture.isEmpty()) {
      return address;
    }
    MessageDigest digest = Sha256.digest();
    OutputStream into = new DigestOutputStream(OutputStream.nullOutputStream(), digest);
    try {
      DownloadInfo unused = self.download(picture.get(), into);
      return HexFormat.of().formatHex(digest.digest());
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      return String.valueOf(e.getMessage());
    }
  }

  private static Difference different(
      CarriedPerson row, String what, @Nullable String expected, @Nullable String found) {
    return new Difference(Kind.SETTING, row.target() + ": profile " + what, expected, found);
  }

  private static @Nullable String words(@Nullable String bytes) {
    return bytes != null && bytes.matches("[0-9a-f]{64}") ? "SHA-256 " + bytes : bytes;
  }

  private static String or(@Nullable String text) {
    return text == null ? "" : text;
  }
}
