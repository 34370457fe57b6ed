package org.ferry.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** W-12, W-13: nothing private is posted to, however it is written and whatever a name says. */
class GuardTest {
  private static final List<AddressRange> NONE = List.of();

  private static Guard guard(String... addresses) {
    return new Guard(
        host -> {
          InetAddress[] found = new InetAddress[addresses.length];
          for (int i = 0; i < addresses.length; i++) {
            found[i] = InetAddress.getAllByName(addresses[i])[0];
          }
          return List.of(found);
        },
        List.of());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.255",
        "169.254.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "192.168.255.255",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:169.254.169.254",
        "::ffff:10.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "3fff::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "5f00::1",
        "4000::1"
      })
  void aPrivateAddressIsRefused(String address) {
    assertThatThrownBy(() -> guard(address).addresses(URI.create("https://a.example/"), NONE))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("is not public");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.1",
        "100.63.255.255",
        "100.128.0.1",
        "126.255.255.255",
        "128.0.0.1",
        "169.253.0.1",
        "169.255.0.1",
        "172.15.255.255",
        "172.32.0.1",
        "192.0.1.1",
        "192.167.0.1",
        "192.169.0.1",
        "198.17.0.1",
        "198.20.0.1",
        "223.255.255.255",
        "2606:4700:4700::1111",
        "2a00:1450::1",
        "2001:4860:4860::8888"
      })
  void aPublicAddressIsTaken(String address) throws Exception {
    assertThat(
            guard(address).addresses(URI.create("https://a.example/"), NONE).getFirst().getPort())
        .isEqualTo(443);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://0177.0.0.1/",
        "http://127.1/", "http://127.0.1/", "http://127.0.0.01/", "http://1.2.3.4.5/",
        "http://127.0.0.1./", "http://0/", "http://256.1.1.1/", "http://user@a.example/",
        "http://user:pw@a.example/", "ftp://a.example/", "file:///etc/passwd", "gopher://a/",
        "http://a.example/#part", "http://[fe80::1%25eth0]/", "http://127。0。0。1/"
      })
  void whatIsWrittenStrangelyIsRefusedWithoutAskingAnybody(String url) {
    Guard guard =
        new Guard(
            host -> {
              throw new AssertionError("asked for " + host);
            },
            List.of());
    assertThat(Guard.objection(URI.create(url))).as(url).isNotNull();
    assertThatThrownBy(() -> guard.addresses(URI.create(url), NONE)).isInstanceOf(Refused.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://localhost/"
      })
  void theSystemsOwnNamesOfThisMachineAreRefused(String url) {
    Guard guard = new Guard(Guard.Resolver.system(), List.of());
    assertThatThrownBy(() -> guard.addresses(URI.create(url), NONE))
        .isInstanceOfAny(Refused.class, UnknownHostException.class);
  }

  @Test
  void aNameWithOnePrivateAddressAmongOthersIsRefused() {
    assertThatThrownBy(
            () -> guard("1.1.1.1", "127.0.0.1").addresses(URI.create("http://a.example/"), NONE))
        .isInstanceOf(Refused.class);
  }

  @Test
  void everyAddressThatWasCheckedMayBeTried() throws Exception {
    assertThat(
            guard("1.1.1.1", "2606:4700:4700::1111", "1.1.1.1")
                .addresses(URI.create("http://a.example/"), NONE))
        .extracting(a -> a.getAddress().getHostAddress())
        .containsExactly("1.1.1.1", "2606:4700:4700:0:0:0:0:1111");
  }

  @Test
  void aNameThatChangesItsMindIsAskedEachTime() throws Exception {
    int[] asked = {0};
    Guard guard =
        new Guard(
            host ->
                List.of(InetAddress.getAllByName(asked[0]++ % 2 == 0 ? "1.1.1.1" : "127.0.0.1")),
            List.of());
    int refused = 0;
    for (int i = 0; i < 1000; i++) {
      try {
        assertThat(guard.addresses(URI.create("http://a.example/"), NONE).getFirst().getAddress())
            .isEqualTo(InetAddress.getAllByName("1.1.1.1")[0]);
      } catch (Refused e) {
        refused++;
      }
    }
    assertThat(refused).isEqualTo(500);
  }

  @Test
  void whatIsAllowedIsTakenButNotFerryItself() throws Exception {
    List<AddressRange> allowed =
        List.of(
            AddressRange.of("127.0.0.1"),
            AddressRange.of("10.0.0.0/8"),
            AddressRange.of("fd00::/8"));
    assertThat(
            guard("127.0.0.1")
                .addresses(URI.create("http://a.example:81/x"), allowed)
                .getFirst()
                .getPort())
        .isEqualTo(81);
    assertThat(guard("10.9.8.7").addresses(URI.create("http://a.example/"), allowed)).isNotEmpty();
    assertThat(guard("fd00::7").addresses(URI.create("http://a.example/"), allowed)).isNotEmpty();
    assertThatThrownBy(() -> guard("127.0.0.2").addresses(URI.create("http://a.example/"), allowed))
        .isInstanceOf(Refused.class);
    Guard own =
        new Guard(
            Guard.Resolver.system(),
            List.of(
                new InetSocketAddress("0.0.0.0", 29381),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 80)));
    for (String url : List.of("http://127.0.0.1:29381/", "http://127.0.0.1/")) {
      assertThatThrownBy(() -> own.addresses(URI.create(url), allowed))
          .isInstanceOf(Refused.class)
          .hasMessageContaining("is Ferry itself");
    }
  }

  @Test
  void aPortThatFerryListensOnEverywhereIsClosedHereAndNotInTheWholeWorld() throws Exception {
    List<InetSocketAddress> own = List.of(new InetSocketAddress("0.0.0.0", 8080));
    Guard guard = new Guard(host -> List.of(InetAddress.getAllByName("1.1.1.1")), own);
    assertThat(guard.addresses(URI.create("http://a.example:8080/"), NONE).getFirst().getPort())
        .isEqualTo(8080);
    List<AddressRange> all = List.of(AddressRange.of("0.0.0.0/0"), AddressRange.of("::/0"));
    for (InetAddress here :
        NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses).toList()) {
      Guard mine = new Guard(host -> List.of(here), own);
      assertThatThrownBy(() -> mine.addresses(URI.create("http://a.example:8080/"), all))
          .as("%s", here)
          .isInstanceOf(Refused.class)
          .hasMessageContaining("is Ferry itself");
    }
  }

  @Test
  void rangesAreReadStrictly() {
    assertThat(AddressRange.of("10.0.0.0/8")).hasToString("10.0.0.0/8");
    assertThat(AddressRange.of("::1")).hasToString("0:0:0:0:0:0:0:1/128");
    for (String wrong :
        List.of(
            "",
            "10.0.0/8",
            "10.0.0.0/",
            "10.0.0.0/33",
            "a.example",
            "::g",
            "010.0.0.1",
            "10.0.0.0/-1")) {
      assertThatThrownBy(() -> AddressRange.of(wrong))
          .as(wrong)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
