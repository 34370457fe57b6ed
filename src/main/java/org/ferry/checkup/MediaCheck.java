package org.ferry.checkup;

import static org.ferry.checkup.Check.MEDIA_RESERVATION;
import static org.ferry.checkup.Check.UPLOAD;

import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;

/** Files: how large they may be, for the homeserver and for what stands in front of it. */
final class MediaCheck {
  private static final long MEGABYTE = 1024L * 1024;
  private static final long LEAST = 2 * MEGABYTE;
  private static final long MOST = 8 * MEGABYTE;
  private static final String MISSING = "/_matrix/media/v3/upload/{}/ferry-doctor-no-such-address";

  private final Door door;
  private final UserId who;
  private final LastLoad load;

  MediaCheck(Door door, UserId who, LastLoad load) {
    this.door = door;
    this.who = who;
    this.load = load;
  }

  void run(Findings findings) throws InterruptedException {
    Reply config = door.ask(Ask.get("/_matrix/client/v1/media/config").as(who));
    if (!config.ok()) {
      config = door.ask(Ask.get("/_matrix/media/v3/config").as(who));
    }
    long limit = config.at("m.upload.size").asLong(Long.MAX_VALUE);
    Finding size = size(limit, load);
    findings.add(size.level() == Level.OK ? body(limit, size) : size);
    findings.add(
        reservation(door.ask(Ask.post(Json.object(), "/_matrix/media/v1/create").as(who))));
  }

  static Finding size(long limit, LastLoad load) {
    if (load.largestFile() > limit) {
      String wanted = (load.largestFile() + MEGABYTE - 1) / MEGABYTE + "M";
      return Finding.problem(
          UPLOAD,
          "the largest file of the last load has %,d bytes, and the homeserver takes %,d at most: the message with it would fail"
              .formatted(load.largestFile(), limit),
          Remedies.synapse("max_upload_size: " + wanted)
              + "\nand in nginx, where that stands in front: client_max_body_size "
              + wanted
              + ";");
    }
    String takes =
        limit == Long.MAX_VALUE
            ? "the homeserver names no limit for files"
            : "files of up to %,d bytes are taken".formatted(limit);
    return Finding.ok(
        UPLOAD,
        load.largestFile() == 0
            ? takes
            : takes + ", the largest of the last load has %,d".formatted(load.largestFile()));
  }

  /** Sends as much as the largest file has to an address that does not exist: nothing is kept. */
  private Finding body(long limit, Finding size) throws InterruptedException {
    long length = Math.min(limit, Math.min(MOST, Math.max(LEAST, load.largestFile())));
    Ask ask = Ask.of("PUT", "x".repeat((int) length), MISSING, who.server()).as(who);
    try {
      return body(length, door.once(ask), size);
    } catch (Unanswered e) {
      // Proxies hang up on what is too large for them.
      return tooLarge(length, e.reason());
    }
  }

  static Finding body(long length, Reply reply, Finding size) {
    return reply.status() == 413 || reply.status() == 502 ? tooLarge(length, reply.words()) : size;
  }

  private static Finding tooLarge(long length, String said) {
    return Finding.problem(
        UPLOAD,
        "%,d bytes are less than the homeserver's own limit, yet something in front of it refuses them (%s)"
            .formatted(length, said),
        "nginx, in the server or location block:\n  client_max_body_size 100M;\nCaddy:\n  request_body { max_size 100MB }\nthen: sudo systemctl reload nginx");
  }

  static Finding reservation(Reply created) {
    // A limit means that it is offered, and that earlier reservations are still open.
    return created.ok() || created.limited()
        ? Finding.ok(MEDIA_RESERVATION, "addresses of files can be reserved")
        : Finding.warning(
            MEDIA_RESERVATION,
            "addresses of files cannot be reserved (%s): after a crash in the middle of an upload a file may be there twice, used once"
                .formatted(created.words()),
            null);
  }
}
