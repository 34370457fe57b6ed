package org.ferry.webhook;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps posts out of networks that only this machine can reach. Whoever connects asks it for the
 * address and connects to that one, so that nothing lies between the check and the connection. Safe
 * for use by many threads; resolving blocks.
 */
public final class Guard {
  /** Turns a name into addresses. */
  @FunctionalInterface
  public interface Resolver {
    /**
     * All addresses of a name.
     *
     * @param host a name or address
     * @throws UnknownHostException where there are none
     */
    List<InetAddress> resolve(String host) throws UnknownHostException;

    /** The system's. */
    static Resolver system() {
      return host -> List.of(InetAddress.getAllByName(host));
    }
  }

  private static final long IDLE_SECONDS = 5;
  private static final List<AddressRange> CLOSED =
      Stream.of(
              "0.0.0.0/8",
              "10.0.0.0/8",
              "100.64.0.0/10",
              "127.0.0.0/8",
              "169.254.0.0/16",
              "172.16.0.0/12",
              "192.0.0.0/24",
              "192.0.2.0/24",
              "192.88.99.0/24",
              "192.168.0.0/16",
              "198.18.0.0/15",
              "198.51.100.0/24",
              "203.0.113.0/24",
              "224.0.0.0/3",
              "2001::/23",
              "2001:db8::/32",
              "2002::/16",
              "3fff::/20")
          .map(AddressRange::of)
          .toList();
  // Everything public in IPv6 lies here: what maps IPv4, NAT64, ULA, link-local, multicast do not.
  private static final AddressRange GLOBAL_IPV6 = AddressRange.of("2000::/3");

  // The system's resolver pins the thread that asks it, for as long as it likes; idle ones end.
  private final ExecutorService asking =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          Thread.ofPlatform().daemon().name("webhook names ", 0).factory());
  private final Resolver resolver;
  private final List<InetSocketAddress> own;

  /**
   * A guard.
   *
   * @param resolver for names
   * @param own where this program itself listens: never posted to, whatever is allowed
   */
  public Guard(Resolver resolver, List<InetSocketAddress> own) {
    this.resolver = resolver;
    this.own = List.copyOf(own);
  }

  /**
   * What is wrong with a URL whatever its host resolves to; null where nothing is.
   *
   * @param url of an endpoint
   */
  public static @Nullable String objection(URI url) {
    String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
    String host = url.getHost();
    if (!scheme.equals("http") && !scheme.equals("https")) {
      return "is no http(s) URL";
    }
    if (host == null || !host.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      return "has no host in plain letters; write international names in their xn-- form";
    }
    if (url.getRawUserInfo() != null) {
      return "holds a user name or password; use headers for that";
    }
    if (url.getRawFragment() != null) {
      return "ends in a # part, which is never sent";
    }
    return looksNumeric(host) && !AddressRange.isLiteral(plain(host))
        ? "has an address in an unusual spelling as its host; write it as 192.0.2.7"
        : null;
  }

  private static String plain(String host) {
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  /** What some resolvers read as a number: 2130706433, 0x7f.1, 0177.0.0.1, 127.1, 10.0.0.1. */
  private static boolean looksNumeric(String host) {
    String last = host.replaceAll("\\.+$", "");
    last = last.substring(last.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return host.startsWith("[") || last.matches("\\d+|0x[0-9a-f]*");
  }

  /**
   * The addresses to connect to.
   *
   * @param url of an endpoint
   * @param allowed private addresses that the endpoint may have
   * @return one at least, in the resolver's order; all were checked
   * @throws Refused where the endpoint may not be posted to
   * @throws UnknownHostException where its name has no address
   */
  public List<InetSocketAddress> addresses(URI url, List<AddressRange> allowed)
      throws Refused, UnknownHostException {
    String objection = objection(url);
    if (objection != null) {
      throw new Refused("the URL " + objection);
    }
    String host = plain(url.getHost());
    List<InetAddress> addresses = resolver.resolve(host);
    if (addresses.isEmpty()) {
      throw new UnknownHostException(host);
    }
    for (InetAddress address : addresses) {
      check(host, address, port(url), allowed);
    }
    return addresses.stream().map(a -> new InetSocketAddress(a, port(url))).distinct().toList();
  }

  /**
   * The same, asked for on a thread of its own: name servers take as long as they like. Callers
   * bound how many of their questions are open.
   *
   * @param url of an endpoint
   * @param allowed private addresses that the endpoint may have
   * @param done run once the question is answered, also where nobody waits any more
   * @return fails as {@link #addresses} does
   */
  Future<List<InetSocketAddress>> ask(URI url, List<AddressRange> allowed, Runnable done) {
    return asking.submit(() -> {
      try {
        return addresses(url, allowed);
      } finally {
        done.run();
      }
    });
  }

  /** The port that a URL means. */
  static int port(URI url) {
    return url.getPort() >= 0
        ? url.getPort()
        : url.getScheme().equalsIgnoreCase("https") ? 443 : 80;
  }

  private void check(String host, InetAddress address, int port, List<AddressRange> allowed)
      throws Refused {
    if (!isPublic(address) && allowed.stream().noneMatch(r -> r.contains(address))) {
      throw new Refused(
          "%s has the address %s, which is not public; where it is meant, name it in allow_private"
              .formatted(host, address.getHostAddress()));
    }
    boolean here = own.stream().anyMatch(o -> o.getPort() == port && isOwn(o, address));
    if (here) {
      throw new Refused("%s port %d is Ferry itself".formatted(host, port));
    }
  }

  private static boolean isOwn(InetSocketAddress own, InetAddress address) {
    InetAddress listens = own.getAddress();
    if (address.isLoopbackAddress() || address.isAnyLocalAddress()) {
      return true;
    }
    boolean anywhere = listens == null || listens.isAnyLocalAddress();
    return anywhere ? isHere(address) : address.equals(listens);
  }

  /** Whether one of this machine's networks has the address. */
  private static boolean isHere(InetAddress address) {
    try {
      return NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException e) {
      return true;
    }
  }

  /** Whether an address belongs to the public Internet. */
  static boolean isPublic(InetAddress address) {
    boolean known = address.getAddress().length == 4 || GLOBAL_IPV6.contains(address);
    return known && CLOSED.stream().noneMatch(r -> r.contains(address));
  }
}
