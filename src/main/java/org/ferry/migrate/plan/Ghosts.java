package org.ferry.migrate.plan;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.ferry.id.Sha256;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/**
 * Gives everybody of the source a user id in Ferry's namespace of the destination. Ids are unique,
 * at most 255 bytes long, hold only what the specification allows in new ids, and depend on nothing
 * but the set of people and what was given before.
 */
public final class Ghosts {
  private static final int LONGEST = 255;
  private static final String ALLOWED = "._=/+-";

  private final Template template;
  private final String source;
  private final String domain;
  private final Set<UserId> used = new HashSet<>();

  /**
   * Prepares the naming.
   *
   * @param usernameTemplate such as {@code old_{localpart}}
   * @param source the source's server name: its people choose first
   * @param domain the destination's server name
   */
  public Ghosts(String usernameTemplate, String source, String domain) {
    this.template = new Template(usernameTemplate);
    this.source = source;
    this.domain = domain;
  }

  /**
   * The name shown for a ghost.
   *
   * @param displaynameTemplate such as {@code {displayname} (old)}
   * @param id the old id
   * @param displayName the old name, null where none was set: then the localpart stands for it
   * @return the name
   */
  public static String displayName(
      String displaynameTemplate, UserId id, @Nullable String displayName) {
    String name = displayName == null || displayName.isBlank() ? id.localpart() : displayName;
    return new Template(displaynameTemplate).fill(id, name, UnaryOperator.identity(), "");
  }

  /** True where an id could be a ghost of this naming. */
  public boolean isInNamespace(UserId id) {
    String local = id.localpart();
    boolean fixed = !template.prefix().isEmpty() || !template.suffix().isEmpty();
    return fixed
        && id.server().equals(domain)
        && local.length() >= template.prefix().length() + template.suffix().length()
        && local.startsWith(template.prefix())
        && local.endsWith(template.suffix());
  }

  /**
   * Names people.
   *
   * @param people everybody, in any order
   * @param fixed ids that were given before and stay
   * @param reserved ids that nobody may get, such as the bot's
   * @return an id for everybody
   */
  public Map<UserId, UserId> assign(
      Collection<UserId> people, Map<UserId, UserId> fixed, Collection<UserId> reserved) {
    used.clear();
    used.addAll(reserved);
    used.addAll(fixed.values());
    Map<UserId, UserId> given = new HashMap<>(fixed);
    List<UserId> order = new ArrayList<>(people);
    order.sort(
        Comparator.comparing((UserId u) -> !u.server().equals(source))
            .thenComparing(u -> !encode(u.localpart(), false).equals(u.localpart()))
            .thenComparing(Comparator.naturalOrder()));
    for (UserId who : order) {
      given.computeIfAbsent(who, this::free);
    }
    return given;
  }

  /** True for an id that somebody gets unless others were quicker, or it is too long. */
  boolean isUsual(UserId who, UserId id) {
    return id.server().equals(domain) && tries(who).contains(id.localpart());
  }

  private List<String> tries(UserId who) {
    String server = "_" + encode(who.server(), false);
    return List.of(filled(who, false, ""), filled(who, true, ""), filled(who, true, server));
  }

  private UserId free(UserId who) {
    for (String localpart : tries(who)) {
      UserId id = UserId.of(localpart, domain);
      if (id.value().length() <= LONGEST && used.add(id)) {
        return id;
      }
    }
    return hashed(who);
  }

  private String filled(UserId who, boolean keepCase, String addition) {
    return template.fill(who, "", v -> encode(v, keepCase), addition);
  }

  /** The usual id cut to fit, with as many digits of a hash as make it unique. */
  private UserId hashed(UserId who) {
    String hash = Sha256.hex(who.value());
    for (int digits = 8; digits <= hash.length(); digits += 4) {
      String end = "_" + hash.substring(0, digits);
      int room = LONGEST - 2 - domain.length() - template.literalLength() - end.length();
      String usual = encode(who.localpart(), false);
      String start = usual.substring(0, Math.max(0, Math.min(usual.length(), room)));
      UserId id = UserId.of(template.prefix() + start + end + template.suffix(), domain);
      if (used.add(id)) {
        return id;
      }
    }
    throw new IllegalStateException("no free id for " + who);
  }

  /**
   * Encodes a text for a user id: what is not allowed becomes {@code =xx} for each byte of UTF-8;
   * capital letters become small ones, or are encoded as well where case is to be kept.
   */
  static String encode(String text, boolean keepCase) {
    StringBuilder out = new StringBuilder(text.length());
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xFF);
      boolean capital = c >= 'A' && c <= 'Z';
      if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || ALLOWED.indexOf(c) >= 0) {
        out.append(c);
      } else if (capital && !keepCase) {
        out.append((char) (c + 32));
      } else {
        out.append('=').append(HexFormat.of().toHexDigits(b));
      }
    }
    return out.toString();
  }
}
