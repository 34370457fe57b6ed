package org.ferry.migrate.rewrite;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import org.ferry.matrix.event.Json;
import org.ferry.model.Event;
import org.jspecify.annotations.Nullable;

/**
 * Stands for an encrypted message that no key opens: a notice by its sender, at its time and place,
 * that says so. It is taken back when the message itself is carried.
 */
public final class Placeholder {
  /** The key in a placeholder's content: {@code {reason, session_id}}. */
  public static final String KEY = "org.ferry.undecryptable";

  /** The repair noted of an event for which a placeholder stands. */
  public static final String NOTE = "placeholder";

  /** The reason noted of an event that is left out because no key opens it. */
  public static final String LEFT_OUT = "no key";

  private static final String RELATION = "m.relates_to";
  private static final Set<String> OF_ANOTHER = Set.of("m.replace", "m.annotation", "m.reference");

  private Placeholder() {}

  /** True for the content of a placeholder. */
  public static boolean is(JsonNode content) {
    return content.path(KEY).isObject();
  }

  /**
   * True where a placeholder stands for an event.
   *
   * @param repairs what the ledger notes of the event
   */
  public static boolean stands(@Nullable String repairs) {
    return repairs != null && List.of(repairs.split(", ")).contains(NOTE);
  }

  /** Why a placeholder is taken back, as its redaction says. */
  public static String takenBack(String language) {
    return language.equals("fr")
        ? "la clé est arrivée ; le message lui-même est repris"
        : "a key has come; the message itself is carried";
  }

  /** The placeholder of an event, as an event of the source that a rewriter can translate. */
  static Event of(Event sealed, Opener.Reason reason, String language) {
    JsonNode wrapper = wrapper(sealed);
    boolean ofAnother = OF_ANOTHER.contains(wrapper.path(RELATION).path("rel_type").asText(""));
    ObjectNode content = Json.object().put("msgtype", "m.notice");
    content.put("body", words(reason, ofAnother, language));
    ObjectNode mark = content.putObject(KEY).put("reason", reason.word());
    if (wrapper.path("session_id").isTextual()) {
      mark.set("session_id", wrapper.path("session_id"));
    }
    relate(wrapper.path(RELATION), ofAnother, content);
    return new Event(
        sealed.id(),
        sealed.room(),
        sealed.sender(),
        "m.room.message",
        null,
        sealed.ts(),
        sealed.depth(),
        sealed.stream(),
        Json.text(content),
        null,
        null,
        sealed.current());
  }

  private static JsonNode wrapper(Event sealed) {
    try {
      return Json.parseObject(sealed.content());
    } catch (IllegalArgumentException e) {
      return Json.object();
    }
  }

  /** Of an edit the text before it stays; the placeholder answers it and replaces nothing. */
  private static void relate(JsonNode relation, boolean ofAnother, ObjectNode content) {
    if (ofAnother) {
      content
          .putObject(RELATION)
          .putObject("m.in_reply_to")
          .put("event_id", relation.path("event_id").asText(""));
    } else if (relation.isObject()) {
      content.set(RELATION, relation.deepCopy());
    }
  }

  private static String words(Opener.Reason reason, boolean ofAnother, String language) {
    boolean key = reason.mayResolve();
    if (language.equals("fr")) {
      String what = ofAnother ? "Une modification de ce message" : "Ce message";
      String how = ofAnother ? "était chiffrée" : "était chiffré";
      return what
          + " "
          + how
          + (key
              ? ", et Ferry n'a pas la clé qui l'ouvre."
              : " et n'a pas pu être déchiffré" + (ofAnother ? "e." : "."));
    }
    return (ofAnother ? "A change of this message" : "This message")
        + " was encrypted"
        + (key
            ? ", and Ferry has no key that opens it."
            : " and could not be decrypted: " + reason.words() + ".");
  }
}
