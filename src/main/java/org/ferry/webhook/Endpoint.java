package org.ferry.webhook;

import java.net.URI;
import java.util.List;
import java.util.Map;

/**
 * Where live messages are posted to, and which.
 *
 * @param name its name in commands and logs
 * @param url where to post
 * @param secrets which sign each post, the newest first; one to {@link #MOST_SECRETS}
 * @param rules which messages
 * @param from {@code now}, {@code beginning} or a time as ISO 8601: what is older when the endpoint
 *     is first seen is not delivered
 * @param headers more headers on each post, already checked
 * @param allowPrivate private addresses that may be posted to
 * @param mediaInline files of at most so many bytes are in the posts themselves; 0 for none
 */
public record Endpoint(
    String name,
    URI url,
    List<SigningSecret> secrets,
    Rules rules,
    String from,
    Map<String, String> headers,
    List<AddressRange> allowPrivate,
    int mediaInline) {
  /** More secrets than these are a rotation that nobody ended. */
  public static final int MOST_SECRETS = 5;

  /** In base64 that is a post of less than 6 MB, which is what most hosts of receivers take. */
  public static final int MOST_INLINE = 4 * 1024 * 1024;

  /** One whose posts link to files. */
  public Endpoint(
      String name,
      URI url,
      List<SigningSecret> secrets,
      Rules rules,
      String from,
      Map<String, String> headers,
      List<AddressRange> allowPrivate) {
    this(name, url, secrets, rules, from, headers, allowPrivate, 0);
  }

  /**
   * Which messages an endpoint gets, by glob.
   *
   * @param events types such as {@code message.*}
   * @param networks names of networks; empty stands for all
   * @param rooms ids or names
   * @param senders user ids
   */
  public record Rules(
      List<String> events, List<String> networks, List<String> rooms, List<String> senders) {}
}
