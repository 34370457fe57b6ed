package org.ferry.migrate.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.ferry.id.UserId;
import org.junit.jupiter.api.Test;

class GhostsTest {
  private static Map<UserId, UserId> named(String template, String... people) {
    return new Ghosts(template, "old", "new")
        .assign(Stream.of(people).map(UserId::new).toList(), Map.of(), List.of());
  }

  private static String one(String template, String who) {
    return String.valueOf(named(template, who).get(new UserId(who)));
  }

  @Test
  void keepsWhatIsAllowedAndEncodesTheRest() {
    assertThat(one("old_{localpart}", "@eloise=42:old")).isEqualTo("@old_eloise=42:new");
    assertThat(one("old_{localpart}", "@x-ray/9+a.b_c:old")).isEqualTo("@old_x-ray/9+a.b_c:new");
    assertThat(one("old_{localpart}", "@Bob:old")).isEqualTo("@old_bob:new");
    assertThat(one("old_{localpart}", "@é ~:old")).isEqualTo("@old_=c3=a9=20=7e:new");
    assertThat(one("old_{localpart}", "@:old")).isEqualTo("@old_:new");
  }

  @Test
  void fillsInServerAndId() {
    assertThat(one("{server}_{localpart}", "@a:old.example:8448"))
        .isEqualTo("@old.example=3a8448_a:new");
    assertThat(one("f_{id}", "@a:old")).isEqualTo("@f_=40a=3aold:new");
  }

  @Test
  void givesTheUsualIdToLocalPeopleAndToExactNamesFirst() {
    var given = named("old_{localpart}", "@alice:athird", "@Alice:old", "@alice:old");
    assertThat(given)
        .containsEntry(new UserId("@alice:old"), new UserId("@old_alice:new"))
        .containsEntry(new UserId("@Alice:old"), new UserId("@old_=41lice:new"))
        .containsEntry(new UserId("@alice:athird"), new UserId("@old_alice_athird:new"));
  }

  @Test
  void endsWithAHashWhereEvenTheServerIsTaken() {
    var given = named("old_{localpart}", "@a:old", "@a_x:old", "@a:x");
    assertThat(String.valueOf(given.get(new UserId("@a:x")))).matches("@old_a_[0-9a-f]{8}:new");
    assertThat(given.values()).doesNotHaveDuplicates();
  }

  @Test
  void staysWithin255Bytes() {
    String longest = "@" + "ü".repeat(120) + ":old";
    String same = "@" + "ü".repeat(119) + "v:old";
    var given = named("old_{localpart}_x", longest, same);
    assertThat(given.values())
        .doesNotHaveDuplicates()
        .allSatisfy(id -> {
          assertThat(id.value().length()).isLessThanOrEqualTo(255);
          assertThat(id.localpart()).startsWith("old_").endsWith("_x");
        });
  }

  @Test
  void additionsStayInsideTheNamespace() {
    var given = named("{localpart}_old", "@a:old", "@a:third");
    assertThat(given).containsEntry(new UserId("@a:third"), new UserId("@a_third_old:new"));
  }

  @Test
  void neverGivesTheBotsIdAway() {
    var given =
        new Ghosts("{localpart}", "old", "new")
            .assign(
                List.of(new UserId("@ferrybot:old")),
                Map.of(),
                List.of(new UserId("@ferrybot:new")));
    assertThat(given.values()).containsExactly(new UserId("@ferrybot_old:new"));
  }

  @Test
  void dependsOnNothingButWhoThereIs() {
    List<UserId> people =
        IntStream.range(0, 500)
            .mapToObj(i -> new UserId("@" + (i % 2 == 0 ? "U" : "u") + i / 4 + ":s" + i % 3))
            .distinct()
            .toList();
    var forward = new Ghosts("g_{localpart}", "s1", "new").assign(people, Map.of(), List.of());
    var backward =
        new Ghosts("g_{localpart}", "s1", "new").assign(people.reversed(), Map.of(), List.of());
    assertThat(forward).isEqualTo(backward);
    assertThat(forward.values()).doesNotHaveDuplicates();
  }

  @Test
  void showsTheLocalpartOfWhoHasNoName() {
    UserId alice = new UserId("@alice:old");
    assertThat(Ghosts.displayName("{displayname} ({server})", alice, null))
        .isEqualTo("alice (old)");
    assertThat(Ghosts.displayName("{displayname}", alice, "{id}")).isEqualTo("{id}");
  }
}
