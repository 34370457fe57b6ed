package org.ferry.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import org.ferry.matrix.event.Json;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a room's state says of rotation is anybody's word (E-17). */
class RoomSettingsTest {
  private static RoomSettings of(String key, String value) {
    ObjectNode state = Json.parseObject("{\"" + key + "\":" + value + "}");
    return RoomSettings.of(state, "shared");
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "9, 9",
    "10000, 10000",
    "10001, 10000",
    "9007199254740992, 10000",
    "9223372036854775807, 10000",
    "0, 1",
    "-1, 1",
    "-9223372036854775808, 1",
    "9223372036854775808, 100",
    "1e400, 100",
    "1.5, 100",
    "'\"x\"', 100",
    "null, 100",
    "true, 100",
    "[], 100",
    "{}, 100"
  })
  void messagesStayInTheirRange(String value, long messages) {
    assertThat(of("rotation_period_msgs", value).rotationMessages()).isEqualTo(messages);
  }

  @ParameterizedTest
  @CsvSource({
    "3600000, PT1H",
    "604800000, PT168H",
    "3599999, PT1H",
    "0, PT1H",
    "-1, PT1H",
    "-9223372036854775808, PT1H",
    "9007199254740992, PT8736H",
    "9223372036854775807, PT8736H",
    "9223372036854775808, PT168H",
    "1e400, PT168H",
    "'\"x\"', PT168H",
    "null, PT168H"
  })
  void timeStaysInItsRange(String value, Duration period) {
    assertThat(of("rotation_period_ms", value).rotationPeriod()).isEqualTo(period);
  }
}
