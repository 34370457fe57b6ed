package org.ferry.source.synapse;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrunerTest {
  private final Pruner pruner = new Pruner();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1|m.room.message|{\"body\":\"x\"}|{}",
        "12|com.example|{\"body\":\"x\"}|{}",
        "1|m.room.member|{\"displayname\":\"A\",\"membership\":\"join\"}|{\"membership\":\"join\"}",
        "8|m.room.member|{\"membership\":\"join\",\"join_authorised_via_users_server\":\"@a:b\"}"
            + "|{\"membership\":\"join\"}",
        "9|m.room.member|{\"join_authorised_via_users_server\":\"@a:b\",\"membership\":\"join\"}"
            + "|{\"membership\":\"join\",\"join_authorised_via_users_server\":\"@a:b\"}",
        "10|m.room.member|{\"membership\":\"invite\",\"third_party_invite\":{\"signed\":{\"a\":1}}}"
            + "|{\"membership\":\"invite\"}",
        "11|m.room.member|{\"membership\":\"invite\",\"third_party_invite\":"
            + "{\"display_name\":\"x\",\"signed\":{\"a\":1}}}"
            + "|{\"membership\":\"invite\",\"third_party_invite\":{\"signed\":{\"a\":1}}}",
        "10|m.room.create|{\"creator\":\"@a:b\",\"room_version\":\"10\"}|{\"creator\":\"@a:b\"}",
        "11|m.room.create|{\"room_version\":\"11\",\"x\":1.5}|{\"room_version\":\"11\",\"x\":1.5}",
        "7|m.room.join_rules|{\"allow\":[],\"join_rule\":\"public\"}|{\"join_rule\":\"public\"}",
        "8|m.room.join_rules|{\"allow\":[],\"join_rule\":\"restricted\"}"
            + "|{\"join_rule\":\"restricted\",\"allow\":[]}",
        "10|m.room.power_levels|{\"ban\":50,\"invite\":0,\"notifications\":{}}|{\"ban\":50}",
        "11|m.room.power_levels|{\"invite\":0,\"ban\":50}|{\"ban\":50,\"invite\":0}",
        "5|m.room.aliases|{\"aliases\":[\"#a:b\"]}|{\"aliases\":[\"#a:b\"]}",
        "6|m.room.aliases|{\"aliases\":[\"#a:b\"]}|{}",
        "6|m.room.history_visibility|{\"history_visibility\":\"shared\",\"x\":1}"
            + "|{\"history_visibility\":\"shared\"}",
        "10|m.room.redaction|{\"redacts\":\"$x\",\"reason\":\"r\"}|{}",
        "11|m.room.redaction|{\"redacts\":\"$x\",\"reason\":\"r\"}|{\"redacts\":\"$x\"}",
        "org.matrix.msc3757.11|m.room.redaction|{\"redacts\":\"$x\"}|{\"redacts\":\"$x\"}",
        "com.example.strange|m.room.aliases|{\"aliases\":[]}|{}",
      })
  void keepsWhatTheRoomVersionKeeps(String version, String type, String content, String left) {
    assertThat(pruner.prune(version, type, content)).isEqualTo(left);
  }

  @Test
  void keepsNothingOfWhatItCannotRead() {
    assertThat(pruner.prune("10", "m.room.member", "{\"membership\":")).isEqualTo("{}");
  }
}
