package org.ferry.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.verify.Difference;
import org.junit.jupiter.api.Test;

/** The catalogues of both languages: the same keys, the same places, whole sentences. */
class WordsTest {
  private static final Words EN = new Words("en");
  private static final Words FR = new Words("fr");
  private static final Pattern PLACE = Pattern.compile("\\{(\\d)");

  @Test
  void bothLanguagesHaveTheSameKeys() {
    assertThat(EN.keys()).isNotEmpty().isEqualTo(FR.keys());
  }

  @Test
  void everyPhraseTakesTheSameValuesInBothAndLeavesNoneUnfilled() {
    for (String key : EN.keys()) {
      for (long count : List.of(0L, 1L, 2L, 12_345L)) {
        for (Words words : List.of(EN, FR)) {
          String phrase = words.of(key, values(key, count));
          assertThat(PLACE.matcher(phrase).find()).as(key + ": " + phrase).isFalse();
          assertThat(phrase).as(key).doesNotContain("null").doesNotContain("''");
        }
      }
    }
  }

  private static Object[] values(String key, long count) {
    boolean counted =
        key.startsWith("n.")
            || key.endsWith("more")
            || List.of("bad", "left.people.text").contains(key)
            || List.of("room.left", "room.late", "room.since", "room.newcomers").contains(key);
    Object first = counted ? (Object) count : "one";
    return List.of("summary.people", "checked.files").contains(key)
        ? new Object[] {count, count, count, count}
        : new Object[] {first, "two", "three", "four", "five", "six", "seven"};
  }

  @Test
  void numbersAndPluralsFollowTheLanguage() {
    assertThat(EN.of("n.messages", 12345L)).isEqualTo("12,345 messages");
    assertThat(FR.of("n.messages", 12345L).replace('\u202f', ' ')).isEqualTo("12 345 messages");
    assertThat(FR.of("n.people", 1L)).isEqualTo("une personne");
    assertThat(FR.of("left.people.text", 2L)).contains("Ce qu’elles ont écrit");
    assertThat(EN.of("bad", 1L)).isEqualTo("There is one difference");
  }

  @Test
  void thereAreWordsForEveryKindOfRoomAndDifference() {
    for (Plan.RoomClass kind : Plan.RoomClass.values()) {
      assertThat(EN.has("kind." + kind.name().toLowerCase(Locale.ROOT))).isTrue();
    }
    for (Difference.Kind kind : Difference.Kind.values()) {
      String key = "diff." + kind.word();
      boolean twofold = kind == Difference.Kind.REDACTION;
      assertThat(EN.has(twofold ? key + ".here" : key)).as(key).isTrue();
    }
  }

  @Test
  void anUnknownLanguageIsEnglish() {
    assertThat(new Words("tlh").language()).isEqualTo("en");
  }
}
