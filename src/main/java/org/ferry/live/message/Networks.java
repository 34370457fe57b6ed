package org.ferry.live.message;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ferry.live.message.Card.Bridge;
import org.jspecify.annotations.Nullable;

/**
 * Which network a room or a user belongs to. Names are of a closed list that the configuration
 * extends. A room belongs to what its bridges say; a user to what the name's pattern says. Both
 * count on our own servers, and on those that the configuration names for users of a network:
 * anywhere else anybody may call themselves what they like. Safe for use by many threads.
 */
public final class Networks {
  /** The network of what is bridged to nothing. */
  public static final String MATRIX = "matrix";

  /** The network of what is bridged to something that is on no list. */
  public static final String OTHER = "other";

  /** Known networks with the ids that bridges have for each, besides its name. */
  private static final Map<String, List<String>> KNOWN =
      Map.ofEntries(
          Map.entry("instagram", List.of("instagramgo")),
          Map.entry("messenger", List.of("facebook", "facebookgo", "meta", "fbmessenger")),
          Map.entry("whatsapp", List.of()),
          Map.entry("telegram", List.of("telegramgo")),
          Map.entry("signal", List.of("signalgo")),
          Map.entry("slack", List.of("slackgo")),
          Map.entry("discord", List.of("discordgo")),
          Map.entry("googlechat", List.of("hangouts", "googlechatgo")),
          Map.entry("googlevoice", List.of("gvoice")),
          Map.entry("gmessages", List.of("gmessages-rcs", "gmessages-sms", "androidsms", "rcs")),
          Map.entry("twitter", List.of("x", "twittergo")),
          Map.entry("linkedin", List.of("linkedingo")),
          Map.entry("bluesky", List.of("bsky")),
          Map.entry("imessage", List.of("imessagego", "imessagecloud", "bluebubbles")),
          Map.entry("irc", List.of("heisenbridge")),
          Map.entry("xmpp", List.of("jabber")),
          Map.entry("sms", List.of()),
          Map.entry("groupme", List.of()),
          Map.entry("kakaotalk", List.of("kakao")),
          Map.entry("line", List.of()),
          Map.entry("mattermost", List.of()),
          Map.entry("msteams", List.of("teams", "go.mau.fi/mautrix-teams")),
          Map.entry("rocketchat", List.of()),
          Map.entry("wechat", List.of()),
          Map.entry("zulip", List.of()));

  /** What the localparts of bridged users begin with, where it is not the network's name. */
  private static final Map<String, String> PREFIXES =
      Map.of(
          "insta", "instagram",
          "facebook", "messenger",
          "meta", "messenger",
          "mx_puppet_instagram", "instagram",
          "bsky", "bluesky",
          "teams", "msteams",
          "gvoice", "googlevoice");

  private static final Set<String> AMBIGUOUS = Set.of("line", "sms", "irc", "xmpp", "signal");
  private static final Pattern ESCAPED = Pattern.compile("(?:=[0-9a-f]{2})+");

  /** Where the bridges of a server's people are, if not on it: a name that nobody federates as. */
  private static final Map<String, String> BRIDGES_OF = Map.of("beeper.com", "beeper.local");

  private final Map<String, String> protocols = new HashMap<>();
  private final List<Ghosts> ghosts = new ArrayList<>();
  private final Set<String> own = new LinkedHashSet<>();
  private final Set<String> servers = new HashSet<>();

  private record Ghosts(Pattern users, String network, boolean configured) {}

  /**
   * A user of a network.
   *
   * @param network which
   * @param id what they are called there
   */
  public record Remote(String network, String id) {}

  /**
   * The known networks and those of the configuration.
   *
   * @param configured comes before what is known
   * @param servers those of Ferry's bot and of the accounts that are followed
   */
  public Networks(List<NetworkOptions> configured, Set<String> servers) {
    this.servers.addAll(servers);
    servers.stream()
        .filter(BRIDGES_OF::containsKey)
        .map(BRIDGES_OF::get)
        .forEach(this.servers::add);
    KNOWN.forEach((name, ids) -> {
      protocols.put(name, name);
      ids.forEach(id -> protocols.put(id, name));
    });
    for (NetworkOptions network : configured) {
      String name = network.name();
      protocols.put(name.toLowerCase(Locale.ROOT), name);
      network.protocols().forEach(id -> protocols.put(id.toLowerCase(Locale.ROOT), name));
      for (String glob : network.users()) {
        ghosts.add(new Ghosts(pattern(glob), name, true));
        server(glob).filter(server -> !server.matches(".*[*?].*")).ifPresent(this.servers::add);
      }
      own.addAll(network.own());
    }
    KNOWN.keySet().stream().sorted().forEach(name -> prefix(name, name));
    PREFIXES.forEach(this::prefix);
  }

  private void prefix(String prefix, String network) {
    Pattern users = Pattern.compile("@_?" + Pattern.quote(prefix) + "_([^:]+):.+");
    ghosts.add(new Ghosts(users, network, false));
  }

  /** The first star is caught. */
  private static Pattern pattern(String glob) {
    StringBuilder regex = new StringBuilder();
    boolean caught = false;
    for (int i = 0; i < glob.length(); i++) {
      char c = glob.charAt(i);
      if (c == '*') {
        regex = regex.append(caught ? ".*" : "(.*?)");
        caught = true;
      } else {
        regex = regex.append(c == '?' ? "." : Pattern.quote(String.valueOf(c)));
      }
    }
    return Pattern.compile(regex.toString(), Pattern.CASE_INSENSITIVE);
  }

  /**
   * Every name that a filter may use, in order.
   *
   * @param configured of the configuration
   */
  public static Set<String> names(List<NetworkOptions> configured) {
    Set<String> names = new java.util.TreeSet<>(KNOWN.keySet());
    names.add(MATRIX);
    names.add(OTHER);
    configured.forEach(n -> names.add(n.name()));
    return names;
  }

  /** The network that a bridge's protocol id means. */
  String ofProtocol(String id) {
    String lower = id.toLowerCase(Locale.ROOT);
    String known = protocols.get(lower);
    if (known == null && lower.contains("/")) {
      known = protocols.get(lower.substring(lower.lastIndexOf('/') + 1).replace("mautrix-", ""));
    }
    return known == null ? OTHER : known;
  }

  /**
   * The network of a room: that of its bridge, of the first in order where there are several; else
   * that of the people in it, where their names say it.
   */
  String of(Card.Facts facts) {
    String other = null;
    for (Bridge bridge : facts.bridges().values()) {
      String network = ofProtocol(bridge.protocol());
      if (!network.equals(OTHER)) {
        return network;
      }
      other = OTHER;
    }
    if (other != null) {
      return other;
    }
    return facts.heroes().keySet().stream()
        .flatMap(user -> remote(user, null).stream())
        .map(Remote::network)
        .findFirst()
        .orElse(MATRIX);
  }

  /**
   * What a user's name says.
   *
   * @param user an id as written
   * @param facts of the room where they are met, whose bridge may say how it names its users
   * @return empty where they stand for nobody on another network
   */
  Optional<Remote> remote(String user, Card.@Nullable Facts facts) {
    for (Ghosts each : ghosts) {
      Matcher name = each.users().matcher(user);
      if (name.matches() && (each.configured() || believed(user, each.network(), facts))) {
        String id = name.groupCount() > 0 ? name.group(1) : localpart(user);
        return Optional.of(new Remote(network(each, facts), decoded(id)));
      }
    }
    return facts == null || !trusts(user) ? Optional.empty() : byBot(user, facts);
  }

  /** Whether somebody is of a server whose users are called what they are by those we know. */
  boolean trusts(@Nullable String user) {
    return user != null && server(user).filter(servers::contains).isPresent();
  }

  private static Optional<String> server(String user) {
    int colon = user.indexOf(':');
    return colon < 0 ? Optional.empty() : Optional.of(user.substring(colon + 1));
  }

  private boolean believed(String user, String network, Card.@Nullable Facts facts) {
    return trusts(user) && plausible(network, facts);
  }

  /** One bridge serves several networks; the room knows which. */
  private String network(Ghosts ghosts, Card.@Nullable Facts facts) {
    if (ghosts.configured() || facts == null || facts.bridges().isEmpty()) {
      return ghosts.network();
    }
    return of(facts);
  }

  /** Somebody may be called line_42 without being of a network: then a bridge must say so. */
  private static boolean plausible(String network, Card.@Nullable Facts facts) {
    return !AMBIGUOUS.contains(network) || (facts != null && !facts.bridges().isEmpty());
  }

  /** Bridges call their users as their bot: {@code metabot} and {@code meta_123}. */
  private Optional<Remote> byBot(String user, Card.Facts facts) {
    for (Bridge bridge : facts.bridges().values()) {
      String bot = bridge.bot();
      int end = bot == null ? -1 : bot.indexOf("bot:");
      if (bot != null && end > 1 && !user.equals(bot)) {
        String prefix = bot.substring(0, end).replaceAll("[_-]$", "") + "_";
        String server = bot.substring(end + 3);
        if (user.startsWith(prefix) && user.endsWith(server)) {
          String id = user.substring(prefix.length(), user.length() - server.length());
          return Optional.of(new Remote(of(facts), decoded(id)));
        }
      }
    }
    return Optional.empty();
  }

  private static String localpart(String user) {
    int colon = user.indexOf(':');
    return colon > 1 ? user.substring(1, colon) : user;
  }

  /**
   * Bytes that no localpart may have stand as {@code =xx} (specification of identifiers); what is
   * no UTF-8 stays as it is written.
   */
  private static String decoded(String id) {
    return ESCAPED.matcher(id).replaceAll(m -> Matcher.quoteReplacement(text(m.group())));
  }

  private static String text(String escaped) {
    byte[] bytes = HexFormat.of().parseHex(escaped.replace("=", ""));
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return escaped;
    }
  }

  /** Whether the configuration says that this user stands for ourselves. */
  boolean isOwn(String user) {
    return own.contains(user);
  }
}
