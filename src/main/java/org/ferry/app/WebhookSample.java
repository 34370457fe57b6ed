package org.ferry.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import org.ferry.matrix.event.Json;
import org.ferry.webhook.Envelope;
import org.ferry.webhook.Message;

/** A message that nobody wrote, whole as any other, for receivers that are tried. */
final class WebhookSample {
  private static final String TEXT = "A sample that ferry webhooks test sent.";

  private WebhookSample() {}

  /**
   * The body of a post.
   *
   * @param domain of the homeserver
   * @param now when it was written
   */
  static byte[] body(String domain, Instant now) {
    String room = "!sample:" + domain;
    ObjectNode data = Json.object().put("event_id", "$sample");
    data.putObject("room").put("id", room).put("name", "Sample").put("network", "matrix");
    data.putObject("sender")
        .put("id", "@sample:" + domain)
        .put("displayname", "Sample")
        .put("network", "matrix")
        .putNull("remote_id")
        .put("is_me", false);
    data.put("direction", "incoming").put("encrypted", false).put("trust", "none");
    data.put("msgtype", "m.text").put("body", TEXT).putNull("formatted_body");
    data.putNull("relates_to").putNull("media").putNull("client_ref");
    data.put("origin_server_ts", now.toEpochMilli());
    data.putObject("content").put("msgtype", "m.text").put("body", TEXT);
    Message message = new Message(0, "message.created", room, "matrix", "", now, data);
    return Envelope.bytes(message, 1);
  }
}
