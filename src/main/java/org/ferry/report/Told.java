package org.ferry.report;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ferry.migrate.verify.Change;
import org.ferry.migrate.verify.Difference;
import org.jspecify.annotations.Nullable;

/**
 * Differences and changes in words for people. Of an event only its id is told, and of what
 * somebody keeps for themselves only whose and of which kind it is: what they say, on either side,
 * is nothing for a page that is passed on.
 */
final class Told {
  private static final Map<String, String> SETTINGS =
      Map.ofEntries(
          Map.entry("m.room.name", "name"),
          Map.entry("m.room.topic", "topic"),
          Map.entry("m.room.avatar", "avatar"),
          Map.entry("m.room.power_levels", "power"),
          Map.entry("m.room.join_rules", "join"),
          Map.entry("m.room.history_visibility", "history"),
          Map.entry("m.room.pinned_events", "pinned"),
          Map.entry("m.room.canonical_alias", "alias"),
          Map.entry("m.room.encryption", "encryption"),
          Map.entry("m.room.guest_access", "guest"),
          Map.entry("m.room.server_acl", "acl"),
          Map.entry("m.room.tombstone", "tombstone"),
          Map.entry("m.space.child", "child"));

  /** An owner and a kind, then the name, which may be a keyword, an address or a tag. */
  private static final Pattern KEPT = Pattern.compile("(@\\S+: \\S+)(?: .*)?", Pattern.DOTALL);

  private final Words words;

  Told(Words words) {
    this.words = words;
  }

  /** A difference. */
  String of(Difference d) {
    Matcher kept = KEPT.matcher(d.what());
    return kept.matches() ? kept(d, kept.group(1)) : by(d, sentence(d));
  }

  private String kept(Difference d, String what) {
    boolean failed = d.kind() == Difference.Kind.FAILED;
    return by(d, words.of(failed ? "diff.kept" : "diff." + d.kind().word(), what));
  }

  private String sentence(Difference d) {
    return switch (d.kind()) {
      case REDACTION ->
          words.of(d.expected() == null ? "diff.redaction.here" : "diff.redaction.there", d.what());
      case STATE -> words.of("diff.state", setting(d.what()));
      case MEMBERSHIP ->
          words.of("diff.membership", d.what(), membership(d.expected()), membership(d.found()));
      case SENDER, ALIAS ->
          words.of("diff." + d.kind().word(), d.what(), or(d.expected()), or(d.found()));
      case SPACE -> words.of("diff.space", d.what(), place(d.expected()), place(d.found()));
      case FAILED, UNREADABLE ->
          words.of(
              "diff." + d.kind().word(),
              d.what(),
              or(d.expected()),
              d.found() == null ? "–" : Reasons.told(words, d.found()));
      default -> words.of("diff." + d.kind().word(), d.what());
    };
  }

  /** A place in a space, as the comparison calls it. */
  private String place(@Nullable String place) {
    if (place == null) {
      return "–";
    }
    boolean belongs = !place.startsWith("no ");
    int space = place.indexOf(" of the space ");
    if (space > 0) {
      String id = place.substring(space + " of the space ".length());
      return words.of(belongs ? "place.sub" : "place.not.sub", id);
    }
    String key = "place." + place.replace(' ', '_');
    return words.has(key) ? words.of(key) : place;
  }

  private String by(Difference d, String sentence) {
    return d.by() == null ? sentence : sentence + " (" + words.of("diff.by", d.by()) + ")";
  }

  /** Of what people keep for themselves only whose and of which kind it is. */
  private static String kind(String what) {
    Matcher kept = KEPT.matcher(what);
    return kept.matches() ? kept.group(1).split(": ", 2)[1] : "–";
  }

  /** A change. */
  String of(Change c) {
    return switch (c.kind()) {
      case MEMBERSHIP -> words.of("since.membership", c.what(), membership(c.now()), c.by());
      case REDACTION -> words.of("since.redaction", c.what(), c.by());
      case SPACE -> words.of("since.space", c.what(), c.by());
      case SETTING -> words.of("since.setting", c.by(), kind(c.what()));
      default -> words.of("since.state", setting(c.what()), c.by());
    };
  }

  private String membership(@Nullable String membership) {
    String key = "membership." + membership;
    return words.has(key) ? words.of(key) : or(membership);
  }

  private String setting(String slot) {
    String[] parts = slot.split(" ", 2);
    String known = SETTINGS.get(parts[0]);
    String name = known == null ? parts[0] : words.of("state." + known);
    return parts.length < 2 ? name : name + " " + parts[1];
  }

  private static String or(@Nullable String text) {
    return text == null ? "–" : text;
  }
}
