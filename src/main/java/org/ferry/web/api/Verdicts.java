package org.ferry.web.api;

import java.util.Map;

/** What the filters of webhooks say of an event. Blocks; safe for use by many threads. */
@FunctionalInterface
public interface Verdicts {
  /**
   * Asks each configured webhook.
   *
   * @param event its id
   * @return by the webhook's name and by what was told of the event: {@code matched}, {@code
   *     forgotten}, or the key of the filter that kept it out; nothing where nothing was told
   */
  Map<String, Map<String, String>> of(String event);
}
