package org.ferry.web.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.ferry.live.provision.Attachment;
import org.ferry.live.provision.Attachment.Given;
import org.ferry.live.provision.Attachment.Uploaded;
import org.ferry.matrix.event.Json;
import org.junit.jupiter.api.Test;

/** The forms that the file of a message takes. */
class MediaFormTest {
  private static Attachment read(String media) {
    ObjectNode body = Json.parseObject("{\"media\":" + media + "}");
    return Objects.requireNonNull(MediaForm.read(body));
  }

  @Test
  void aFileOrItsAddress() {
    String data = Base64.getEncoder().encodeToString("cat".getBytes(StandardCharsets.UTF_8));
    Attachment given =
        read(
            "{\"data\":\"%s\",\"mimetype\":\"Image/PNG\",\"filename\":\"cat.png\",\"width\":3}"
                .formatted(data));
    assertThat(given.content())
        .isInstanceOfSatisfying(Given.class, g -> assertThat(g.bytes()).hasToString("cat"));
    assertThat(given.mimetype()).isEqualTo("image/png");
    assertThat(given.shape().width()).isEqualTo(3);
    assertThat(given.shape().height()).isNull();
    Attachment there = read("{\"url\":\"mxc://hs/abc\",\"size\":7}");
    assertThat(there.content())
        .isInstanceOfSatisfying(
            Uploaded.class,
            u -> {
              assertThat(u.url()).hasToString("mxc://hs/abc");
              assertThat(u.size()).isEqualTo(7);
            });
    assertThat(there.filename()).isEqualTo("file");
    assertThat(MediaForm.read(Json.parseObject("{\"media\":null}"))).isNull();
    assertThat(MediaForm.read(Json.object())).isNull();
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    for (String media :
        List.of(
            "7",
            "[]",
            "{}",
            "{\"url\":null}",
            "{\"url\":7}",
            "{\"url\":\"https://x.example/cat.png\"}",
            "{\"url\":\"mxc://hs/../x\"}",
            "{\"url\":\"mxc://hs/abc\",\"data\":\"Y2F0\"}",
            "{\"data\":\"\"}",
            "{\"data\":\"Y2F0Y\"}",
            "{\"data\":\"Y2F0\\n\"}",
            "{\"data\":\"data:image/png;base64,Y2F0\"}",
            "{\"data\":{}}",
            "{\"data\":\"Y2F0\",\"mimetype\":\"image\"}",
            "{\"data\":\"Y2F0\",\"mimetype\":\"a/b\\r\\nX: y\"}",
            "{\"data\":\"Y2F0\",\"mimetype\":7}",
            "{\"data\":\"Y2F0\",\"filename\":\"a\\nb\"}",
            "{\"data\":\"Y2F0\",\"filename\":\"" + "x".repeat(256) + "\"}",
            "{\"data\":\"Y2F0\",\"width\":-1}",
            "{\"data\":\"Y2F0\",\"height\":1.5}",
            "{\"data\":\"Y2F0\",\"duration_ms\":99999999999}")) {
      assertThatThrownBy(() -> read(media))
          .as(media)
          .isInstanceOfSatisfying(Problem.class, p -> assertThat(p.status()).isEqualTo(400));
    }
  }
}
