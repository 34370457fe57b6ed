package org.ferry.id;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The address of a file in a homeserver's content repository, {@code mxc://server/media}.
 *
 * <p>Both parts are checked, because they become parts of paths (js-sdk CVE-2024-50336): the media
 * id holds only letters, digits, {@code _} and {@code -}; the server name no slash, no question
 * mark, no number sign and no white space.
 *
 * @param server the server the file was uploaded to
 * @param mediaId its opaque name there
 */
public record MxcUri(String server, String mediaId) implements Comparable<MxcUri> {
  private static final Pattern SERVER = Pattern.compile("[A-Za-z0-9.\\-:\\[\\]]{1,255}");
  private static final Pattern MEDIA = Pattern.compile("[A-Za-z0-9_\\-]{1,255}");

  /** Checks both parts; throws {@link IllegalArgumentException} naming them. */
  public MxcUri {
    if (!SERVER.matcher(server).matches() || !MEDIA.matcher(mediaId).matches()) {
      throw new IllegalArgumentException("not a media address: mxc://" + server + "/" + mediaId);
    }
  }

  /**
   * Reads an address.
   *
   * @param text any string
   * @return the address, or empty where the text is none or holds unsafe characters
   */
  public static Optional<MxcUri> parse(String text) {
    if (!text.startsWith("mxc://")) {
      return Optional.empty();
    }
    int slash = text.indexOf('/', 6);
    if (slash < 0) {
      return Optional.empty();
    }
    String server = text.substring(6, slash);
    String media = text.substring(slash + 1);
    if (!SERVER.matcher(server).matches() || !MEDIA.matcher(media).matches()) {
      return Optional.empty();
    }
    return Optional.of(new MxcUri(server, media));
  }

  @Override
  public int compareTo(MxcUri other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return "mxc://" + server + "/" + mediaId;
  }
}
