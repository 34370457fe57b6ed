package org.ferry.migrate.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Random;
import org.ferry.matrix.event.Json;
import org.ferry.model.Event;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostileTest {
  private static final int MEGABYTE = 1_000_000;
  private static final String[] TYPES = {
    "m.room.message", "m.reaction", "m.sticker", "m.room.redaction", "m.poll.response", "com.x.y"
  };
  private static final String[] STATES = {
    "m.room.member",
    "m.room.power_levels",
    "m.room.canonical_alias",
    "m.room.pinned_events",
    "m.room.join_rules",
    "m.room.tombstone",
    "m.room.server_acl",
    "m.space.child",
    "m.space.parent",
    "m.room.history_visibility",
    "m.room.encryption",
    "m.room.topic",
    "com.x.z"
  };
  private static final String[] KEYS = {
    "body",
    "formatted_body",
    "msgtype",
    "url",
    "file",
    "info",
    "thumbnail_url",
    "m.relates_to",
    "m.in_reply_to",
    "event_id",
    "rel_type",
    "m.new_content",
    "m.mentions",
    "user_ids",
    "users",
    "events",
    "notifications",
    "ban",
    "alias",
    "alt_aliases",
    "pinned",
    "allow",
    "deny",
    "room_id",
    "replacement_room",
    "via",
    "canonical",
    "membership",
    "third_party_invite",
    "reason",
    "topic",
    "m.text",
    "mimetype",
    "history_visibility",
    "org.ferry.origin",
    "",
    "\u0000",
    "@alice:old.org"
  };
  private static final String[] TEXTS = {
    "",
    "m.image",
    "m.text",
    "text/html",
    "m.thread",
    "m.replace",
    "m.annotation",
    "m.reference",
    "$there",
    "$redacted",
    "$failed",
    "$pending",
    "$unheard",
    "$",
    "!room:old.org",
    "!left:old.org",
    "!",
    "@alice:old.org",
    "@",
    "#hall:old.org",
    "#",
    "mxc://old.org/pic",
    "mxc://old.org/gone",
    "mxc://",
    "https://matrix.to/#/@alice:old.org",
    "https://matrix.to/#/%",
    "https://matrix.to/#/!room:old.org/$a%00",
    "https://matrix.to/#/!room%00:old.org",
    "$a\u0000",
    "!a\u0000:old.org",
    "matrix:u/alice:old.org",
    "<a href='https://matrix.to/#/!room:old.org/$there?via=%'>",
    "<mx-reply>x</mx-reply>y",
    "<mx-reply",
    "> <@a:b> c\n\nd",
    "\ud800",
    "\udc00x",
    "\u0000",
    "join",
    "joined",
    "100",
    "1e9",
    "NaN",
    "old.org",
    "*",
    "\\$1$0\\"
  };
  private static final String[] KEYS_OF_STATE = {
    "", "@alice:old.org", "@who:x.org", "!room:old.org", "!left:old.org", "!far:x", "!", "x"
  };

  private final Stage stage = new Stage();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<mx-reply>",
        "<mx-reply",
        "<mx-reply></mx-reply",
        "</mx-reply>",
        "<",
        "> <",
        "> <@a:b> x\n",
        ">",
        "<@",
        "* > ",
        "> <x\n",
      })
  void stripsQuotationsOfAMegabyteInNoTime(String unit) {
    ObjectNode content =
        Json.object().put("body", repeated(unit)).put("formatted_body", repeated(unit));
    assertTimeoutPreemptively(Duration.ofSeconds(5), () -> ReplyFallback.strip(content));
    assertThat(content.path("formatted_body").asText().length()).isLessThanOrEqualTo(MEGABYTE + 50);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://matrix.to/#/",
        "https://matrix.to/#/@a:b/",
        "matrix:u/",
        "matrix:u/a/e/",
        "matrix",
        "href=",
        "href=\"",
        "href='",
        "href = ",
        "href",
        "href=\"matrix.to",
        "src=mxc://a/b ",
        "=",
        "https://matrix.to/#/?via=&",
        "https://matrix.to/#/%",
        "https://matrix.to/#/!room:old.org/$a%00",
        "https://matrix.to/#/!room%00:old.org",
        "$a\u0000",
        "!a\u0000:old.org",
        "https://matrix.to/#/&amp;",
        "&",
        ".",
        "https://matrix.to/#/!&",
        "a",
        " ",
        "http://www.",
        "https://matrix.to/#/@alice:old.org ",
      })
  void readsLinksInAMegabyteInNoTime(String unit) {
    Links links = new Links(stage.known, Stage.V10, Known.ROOM);
    for (String start :
        new String[] {"", "https://matrix.to/#/", "matrix:u/", "href=\"", "href='matrix", "href"}) {
      String text = start + repeated(unit) + " matrix.to";
      assertTimeoutPreemptively(
          Duration.ofSeconds(5),
          () -> {
            assertThat(links.inHtml(text)).isNotEmpty();
            assertThat(links.inText(text)).isNotEmpty();
            assertThat(links.link(text)).isNotEmpty();
          });
    }
  }

  @Test
  void bearsTwentyThousandContentsOfAnyShape() {
    Random random = new Random(20_260);
    for (int i = 0; i < 20_000; i++) {
      boolean state = random.nextBoolean();
      String type = pick(random, state ? STATES : TYPES);
      String text = Json.text(object(random, 0));
      Event event =
          Stage.event(
              type,
              state ? pick(random, KEYS_OF_STATE) : null,
              "{}",
              type.equals("m.room.redaction") ? "$takenback" : null,
              random.nextInt(8) == 0 ? "$r" : null);
      check(withContent(event, text), text);
    }
  }

  private void check(Event event, String text) {
    stage.tombstones = event.content().length() % 2 == 0;
    stage.room = event.content().length() % 3 == 0 ? Stage.V12 : Stage.V10;
    Rewritten rewritten = stage.rewrite(event);
    assertThat(stage.rewrite(event)).as(text).isEqualTo(rewritten);
    if (rewritten instanceof Rewritten.Send send) {
      assertThat(send.type()).isEqualTo(event.type());
      assertThat(send.stateKey() == null).isEqualTo(event.stateKey() == null);
      assertThat(stage.origin.word(send.content())).as(text).contains(stage.origin.wordOf("$this"));
      if (event.type().startsWith("com.x")
          && event.redactedBy() == null
          && !text.contains("mxc:")
          && !text.contains("m.relates_to")
          && !text.contains("user_ids")
          && !text.contains("org.ferry")
          && send.repairs().isEmpty()) {
        JsonNode sent = send.content().deepCopy();
        ((ObjectNode) sent).remove(Origin.KEY);
        assertThat(Json.text(sent)).isEqualTo(text);
      }
    }
  }

  private static Event withContent(Event e, String content) {
    return new Event(
        e.id(),
        e.room(),
        e.sender(),
        e.type(),
        e.stateKey(),
        e.ts(),
        e.depth(),
        e.stream(),
        content,
        e.redacts(),
        e.redactedBy(),
        e.current());
  }

  private static ObjectNode object(Random random, int depth) {
    ObjectNode object = Json.object();
    int fields = random.nextInt(depth == 0 ? 7 : 4);
    for (int i = 0; i < fields; i++) {
      object.set(pick(random, KEYS), value(random, depth + 1));
    }
    return object;
  }

  private static JsonNode value(Random random, int depth) {
    JsonNodeFactory f = JsonNodeFactory.instance;
    return switch (random.nextInt(depth > 5 ? 6 : 10)) {
      case 0 -> f.numberNode(random.nextLong());
      case 1 -> f.numberNode(new java.math.BigDecimal("1.5e" + random.nextInt(30)));
      case 2 -> f.booleanNode(random.nextBoolean());
      case 3 -> f.nullNode();
      case 4, 5 -> f.textNode(pick(random, TEXTS));
      case 6 -> {
        var array = f.arrayNode();
        for (int i = random.nextInt(4); i > 0; i--) {
          array.add(value(random, depth + 1));
        }
        yield array;
      }
      default -> object(random, depth);
    };
  }

  private static String pick(Random random, String[] from) {
    return from[random.nextInt(from.length)];
  }

  private static String repeated(String unit) {
    return unit.repeat(MEGABYTE / unit.length());
  }
}
