package org.ferry.live.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ferry.live.message.Card.Bridge;
import org.ferry.live.message.Card.Facts;
import org.ferry.live.message.Networks.Remote;
import org.junit.jupiter.api.Test;

/** Whom a name makes a person of another network, and whom it does not. */
class NetworksTest {
  private static final Set<String> OURS = Set.of("example.org");

  private static Networks with(NetworkOptions... configured) {
    return new Networks(List.of(configured), OURS);
  }

  private static NetworkOptions users(String network, String glob) {
    return new NetworkOptions(network, List.of(glob), List.of(), List.of());
  }

  private static Facts people(String user) {
    return new Facts(null, null, false, Map.of(), Map.of(user, user), 1);
  }

  @Test
  void aNameCountsOnOurOwnServersOnly() {
    String ours = "@whatsapp_33612345678:example.org";
    String anybodys = "@whatsapp_33612345678:evil.example";
    assertThat(with().remote(ours, null)).contains(new Remote("whatsapp", "33612345678"));
    assertThat(with().of(people(ours))).isEqualTo("whatsapp");
    assertThat(with().remote(anybodys, null)).isEmpty();
    assertThat(with().of(people(anybodys))).isEqualTo("matrix");
    assertThat(with().remote(anybodys + ":example.org", null)).isEmpty();
  }

  @Test
  void aBridgesBotNamesNobodyOfAnotherServer() {
    for (String server : List.of("example.org", "evil.example")) {
      Bridge bridge = new Bridge("discord", "@guildbot:" + server, "42");
      Facts facts = new Facts(null, null, false, Map.of("m.bridge x", bridge), Map.of(), 0);
      assertThat(with().remote("@guild_42:" + server, facts))
          .isEqualTo(
              server.equals("example.org")
                  ? Optional.of(new Remote("discord", "42"))
                  : Optional.empty());
    }
  }

  @Test
  void theConfigurationAddsServers() {
    String theirs = "@wa-7:bridges.example";
    Networks wider = with(users("whatsapp", "@wa-*:bridges.example"));
    assertThat(wider.remote(theirs, null)).contains(new Remote("whatsapp", "7"));
    assertThat(wider.remote("@telegram_8:bridges.example", null))
        .contains(new Remote("telegram", "8"));
    assertThat(wider.trusts("@bot:bridges.example")).isTrue();
    Networks anywhere = with(users("whatsapp", "@wa-*:*"));
    assertThat(anywhere.remote(theirs, null)).contains(new Remote("whatsapp", "7"));
    assertThat(anywhere.remote("@telegram_8:bridges.example", null)).isEmpty();
  }

  @Test
  void theBridgesOfBeeperAreOnAServerOfTheirOwn() {
    String contact = "@instagram_4711:beeper.local";
    assertThat(new Networks(List.of(), Set.of("beeper.com")).remote(contact, null))
        .contains(new Remote("instagram", "4711"));
    assertThat(with().remote(contact, null)).isEmpty();
  }

  @Test
  void whatNoNameMayHoldIsUtf8() {
    assertThat(id("ren=c3=a9=20d")).isEqualTo("ren\u00e9 d");
    assertThat(id("=f0=9f=91=8d")).isEqualTo("\ud83d\udc4d");
    assertThat(id("a=3db")).isEqualTo("a=b");
    assertThat(id("ren=e9")).isEqualTo("ren=e9");
    assertThat(id("1=2")).isEqualTo("1=2");
  }

  private static String id(String localpart) {
    return with().remote("@slack_" + localpart + ":example.org", null).orElseThrow().id();
  }
}
