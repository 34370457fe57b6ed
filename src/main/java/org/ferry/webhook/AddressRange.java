package org.ferry.webhook;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.regex.Pattern;

/** A range of addresses, such as 10.0.0.0/8. */
public final class AddressRange {
  private static final Pattern IPV4 =
      Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(?:\\.(?!$)|$)){4}");
  private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

  private final byte[] network;
  private final int bits;

  private AddressRange(byte[] network, int bits) {
    this.network = network;
    this.bits = bits;
  }

  /**
   * Reads a range.
   *
   * @param text an address, or an address and the number of leading bits: 192.168.0.0/16, fc00::/7
   * @throws IllegalArgumentException where it is none; the message is for a person
   */
  public static AddressRange of(String text) {
    int slash = text.indexOf('/');
    String address = slash < 0 ? text : text.substring(0, slash);
    if (!isLiteral(address)) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no range of addresses, such as 10.0.0.0/8 or 127.0.0.1/32");
    }
    byte[] bytes = bytes(address);
    int most = bytes.length * 8;
    int bits = slash < 0 ? most : bits(text.substring(slash + 1));
    if (bits < 0 || bits > most) {
      throw new IllegalArgumentException("\"" + text + "\": behind the / stand 0 to " + most);
    }
    return new AddressRange(bytes, bits);
  }

  private static int bits(String text) {
    return text.matches("\\d{1,3}") ? Integer.parseInt(text) : -1;
  }

  /** Whether a text is an address in its one usual spelling, and no name. */
  static boolean isLiteral(String text) {
    return IPV4.matcher(text).matches() || (IPV6.matcher(text).matches() && isIpv6(text));
  }

  private static boolean isIpv6(String text) {
    try {
      return InetAddress.getByName("[" + text + "]").getAddress().length > 0;
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static byte[] bytes(String literal) {
    try {
      return InetAddress.getByName(literal).getAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("\"" + literal + "\" is no address", e);
    }
  }

  /** Whether an address lies in it. */
  public boolean contains(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length != network.length) {
      return false;
    }
    for (int i = 0; i < bits; i++) {
      int mask = 0x80 >> (i % 8);
      if ((bytes[i / 8] & mask) != (network[i / 8] & mask)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AddressRange r && bits == r.bits && Arrays.equals(network, r.network);
  }

  @Override
  public int hashCode() {
    return 31 * bits + Arrays.hashCode(network);
  }

  @Override
  public String toString() {
    try {
      return InetAddress.getByAddress(network).getHostAddress() + "/" + bits;
    } catch (UnknownHostException e) {
      return "?/" + bits;
    }
  }
}
