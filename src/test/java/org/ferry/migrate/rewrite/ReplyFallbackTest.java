package org.ferry.migrate.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.ferry.matrix.event.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyFallbackTest {
  @Test
  void takesBothFormsOfTheQuotationAway() {
    ObjectNode content =
        Json.object()
            .put("body", "> <@a:b> secret\n> more secret\n>\n\nanswer\n> mine")
            .put("formatted_body", "<mx-reply><blockquote>secret</blockquote></mx-reply>answer");
    ReplyFallback.strip(content);
    assertThat(content.path("body").asText()).isEqualTo("answer\n> mine");
    assertThat(content.path("formatted_body").asText()).isEqualTo("answer");
  }

  @Test
  void readsEmotesEditsAndDisplayNames() {
    assertThat(stripped("> * <@a:b> secret\n\nanswer")).isEqualTo("answer");
    assertThat(stripped("* > <@a:b> secret\n\nanswer")).isEqualTo("answer");
    assertThat(stripped("> <Alice> secret\n\nanswer")).isEqualTo("answer");
    assertThat(stripped("> <@a:b> secret")).isEmpty();
  }

  @Test
  void keepsWhatTheAuthorQuotedThemselves() {
    assertThat(stripped("> a proverb\n\nI like it")).isEqualTo("> a proverb\n\nI like it");
    assertThat(stripped(">:) ha")).isEqualTo(">:) ha");
    assertThat(stripped("plain\n> <@a:b> x")).isEqualTo("plain\n> <@a:b> x");
  }

  @Test
  void cleansTheReplacementTextOfAnEditToo() {
    ObjectNode content = Json.object();
    content.putObject("m.new_content").put("body", "> <@a:b> secret\n\nanswer");
    ReplyFallback.strip(content);
    assertThat(Json.text(content)).doesNotContain("secret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<MX-REPLY>secret</MX-Reply>answer",
        "<mx-reply class=\"x\">secret</mx-reply >answer",
        "answ<mx-reply>secret</mx-reply>er<mx-reply>secret</mx-reply>",
        "answer<mx-reply>secret",
        "answer<mx-reply>secret</mx-reply",
        "answer<mx-reply",
        "<mx-reply><mx-reply>secret</mx-reply></mx-reply>answer",
      })
  void findsQuotationsHoweverTheyAreWritten(String html) {
    ObjectNode content = Json.object().put("formatted_body", html);
    ReplyFallback.strip(content);
    assertThat(content.path("formatted_body").asText()).doesNotContain("secret").contains("answ");
  }

  @Test
  void leavesContentsOfOtherShapesAlone() {
    ObjectNode content = Json.object().put("body", 5);
    content.putArray("formatted_body");
    content.put("m.new_content", "text");
    ObjectNode before = content.deepCopy();
    ReplyFallback.strip(content);
    assertThat(content).isEqualTo(before);
  }

  private static String stripped(String body) {
    ObjectNode content = Json.object().put("body", body);
    ReplyFallback.strip(content);
    return content.path("body").asText();
  }
}
