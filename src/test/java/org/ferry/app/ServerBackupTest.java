package org.ferry.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.ferry.crypto.keys.KeyException;
import org.junit.jupiter.api.Test;

/** What a server says of a backup's entries, read piece by piece. */
class ServerBackupTest {
  private final List<String> read = new ArrayList<>();

  private void read(String answer) throws IOException {
    ServerBackup.read(
        new ByteArrayInputStream(answer.getBytes(StandardCharsets.UTF_8)),
        (room, session, data) -> read.add(room + " " + session + " " + data));
  }

  @Test
  void everySessionIsTakenWithItsRoom() throws IOException {
    read(
        """
        {"etag": {"rooms": {"!no:hs": {"sessions": {"s": {"session_data": {}}}}}},
         "rooms": {
          "!a:hs": {"note": [1, {"sessions": {}}],
                    "sessions": {"s1": {"first_message_index": 0, "session_data": {"mac": "1"}},
                                 "s2": {"session_data": {"mac": "2"}}}},
          "!b:hs": {"sessions": {"s3": {"session_data": {"mac": "3"}}}}},
         "more": 1}
        """);
    assertThat(read)
        .containsExactly(
            "!a:hs s1 {\"mac\":\"1\"}", "!a:hs s2 {\"mac\":\"2\"}", "!b:hs s3 {\"mac\":\"3\"}");
  }

  @Test
  void whatIsNoEntryCostsItselfAlone() throws IOException {
    read(
        """
        {"rooms": {"!a:hs": [], "!b:hs": {"sessions": 7},
                   "!c:hs": {"sessions": {"s1": null, "s2": {"session_data": {"mac": "2"}}}}}}
        """);
    assertThat(read).containsExactly("!c:hs s1 ", "!c:hs s2 {\"mac\":\"2\"}");
    read.clear();
    read("{\"rooms\": []}");
    read("[]");
    assertThat(read).isEmpty();
  }

  @Test
  void anAnswerThatEndsTooEarlyIsSaidAndQuotesNothing() {
    String cut =
        "{\"rooms\": {\"!a:hs\": {\"sessions\": {\"s1\": {\"session_data\": {\"mac\": \"se";
    assertThatThrownBy(() -> read(cut))
        .isInstanceOf(KeyException.class)
        .hasMessageContaining("ends too early")
        .hasMessageNotContaining("!a:hs");
    assertThatThrownBy(() -> read("<html>no</html>")).isInstanceOf(KeyException.class);
  }
}
