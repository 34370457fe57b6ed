package org.ferry.checkup;

import static org.ferry.checkup.Check.PROXY;
import static org.ferry.checkup.Check.UPLOAD;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy in front of the homeserver cuts off, changes, or says in its place. Needs no token.
 */
final class ProxyCheck {
  private static final String ALIAS = Scratch.V3 + "/directory/room/{}";

  private final Door door;
  private final String domain;
  private final Remedies remedies;

  ProxyCheck(Door door, String domain, Remedies remedies) {
    this.door = door;
    this.domain = domain;
    this.remedies = remedies;
  }

  /**
   * Answers that only a proxy can have spoiled; null where none came, or none that says anything.
   *
   * @param alias about an alias that does not exist
   * @param slashed about one with a slash in it
   * @param media of the media API, without a token
   * @param deleted to a deletion, without a token
   */
  record Heard(
      @Nullable Reply alias,
      @Nullable Reply slashed,
      @Nullable Reply media,
      @Nullable Reply deleted) {}

  /** Looks; false where nothing further can be learned through what is in between. */
  boolean run(Findings findings) throws InterruptedException {
    String alias = "#ferry-doctor:" + domain;
    Heard heard =
        new Heard(
            ask(Ask.get(ALIAS, alias)),
            ask(Ask.get(ALIAS, "#ferry/doctor:" + domain)),
            ask(Ask.get("/_matrix/media/v3/config")),
            ask(Ask.delete(Json.object(), ALIAS, alias)));
    findings.addAll(judged(heard));
    return !replaced(heard);
  }

  /** A homeserver that fails at this, or limits our rate, says nothing of what is in between. */
  private @Nullable Reply ask(Ask ask) throws InterruptedException {
    try {
      Reply reply = door.once(ask.anonymous());
      return reply.outage() || reply.limited() ? null : reply;
    } catch (Unanswered e) {
      // reason: what does not answer at all is another check's finding.
      return null;
    }
  }

  /** Judges the answers. */
  List<Finding> judged(Heard heard) {
    List<Finding> found = new ArrayList<>();
    if (replaced(heard)) {
      found.add(pages(words(heard.alias())));
      return found;
    }
    if (refuses(heard.alias())) {
      found.add(cutOff(PROXY, "/_matrix/client", "nothing could be carried", heard.alias()));
    } else if (changed(heard.slashed())) {
      found.add(paths(words(heard.slashed())));
    }
    if (refuses(heard.media())) {
      found.add(cutOff(UPLOAD, "/_matrix/media", "no file could be carried", heard.media()));
    }
    if (refuses(heard.deleted()) && !refuses(heard.alias())) {
      found.add(method("DELETE", heard.deleted()));
    }
    if (found.isEmpty()) {
      found.add(Finding.ok(PROXY, "paths arrive as they are sent"));
    }
    return found;
  }

  private static String words(@Nullable Reply reply) {
    return reply == null ? "" : reply.words();
  }

  private static boolean refuses(@Nullable Reply reply) {
    return reply != null && !reply.isMatrix();
  }

  private static boolean changed(@Nullable Reply reply) {
    return reply != null && (reply.status() == 400 || reply.unrecognized() || !reply.isMatrix());
  }

  /** The path is passed on, for its deletion is answered for; but what is not there is a page. */
  private static boolean replaced(Heard heard) {
    Reply deleted = heard.deleted();
    return refuses(heard.alias())
        && deleted != null
        && (deleted.isMatrix() || deleted.status() == 401);
  }

  private String past() {
    return "or go past the proxy: " + remedies.past();
  }

  private Finding pages(String words) {
    return Finding.problem(
        PROXY,
        "what stands in front of the homeserver puts pages of its own in the place of the homeserver's answers (%s): what is not there could not be told from what failed"
            .formatted(words),
        "nginx, in the location block:\n  proxy_intercept_errors off;\nApache:\n  ProxyErrorOverride Off\n"
            + past());
  }

  private Finding paths(String words) {
    String prefix = URI.create(door.address()).getPath();
    return Finding.problem(
        PROXY,
        "%%2F and %%23 in paths are changed on the way (%s): aliases and ids with such characters would fail"
            .formatted(words),
        (prefix.isEmpty()
                ? "nginx:\n  proxy_pass http://127.0.0.1:8008;   # nothing behind the port, not even a slash"
                : Remedies.prefix(prefix, "http://127.0.0.1:8008"))
            + "\nApache:\n  AllowEncodedSlashes NoDecode\n  ProxyPass /_matrix http://127.0.0.1:8008/_matrix nocanon\n"
            + past());
  }

  private static Finding cutOff(Check check, String path, String so, @Nullable Reply reply) {
    return Finding.problem(
        check,
        "%s does not reach the homeserver (%s): %s".formatted(path, words(reply), so),
        "let the proxy pass all of /_matrix on:\n" + Remedies.proxy());
  }

  private Finding method(String method, @Nullable Reply reply) {
    return Finding.warning(
        PROXY,
        "%s requests do not reach the homeserver (%s): what is to be removed could not be"
            .formatted(method, words(reply)),
        Remedies.methods() + "\n" + past());
  }
}
