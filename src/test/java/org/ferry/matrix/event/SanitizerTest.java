package org.ferry.matrix.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Random;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Sanitizer.Acceptable;
import org.ferry.matrix.event.Sanitizer.Kind;
import org.junit.jupiter.api.Test;

class SanitizerTest {
  private static final int BUDGET = 57_344;

  @Test
  void leavesAnOrdinaryContentAlone() {
    ObjectNode content =
        Json.parseObject(
            "{\"body\":\"NUL \\u0000 ok\",\"n\":9007199254740991,\"m\":-9007199254740991,"
                + "\"l\":[true,null]}");
    Acceptable a = Sanitizer.acceptable("org.example.any", content, BUDGET);
    assertThat(a.content()).isSameAs(content);
    assertThat(a.repairs()).isEmpty();
  }

  @Test
  void suppliesTheTextsThatServersInsistOn() {
    assertThat(supplied("m.room.message", "{}")).isEqualTo("{'body':'','msgtype':'m.text'}");
    assertThat(supplied("m.room.message", "{'body':42,'msgtype':'m.notice'}"))
        .isEqualTo("{'body':'42','msgtype':'m.notice'}");
    assertThat(supplied("m.room.message", "{'body':{'b':1},'msgtype':null}"))
        .isEqualTo("{'body':'{\\'b\\':1}','msgtype':'m.text'}");
    assertThat(supplied("m.room.topic", "{}")).isEqualTo("{'topic':''}");
    assertThat(supplied("m.room.name", "{'name':null}")).isEqualTo("{'name':''}");
    assertThat(supplied("m.room.encryption", "{}")).isEqualTo("{}");
  }

  @Test
  void dropsMentionsThatServersRefuse() {
    for (String good : List.of("{}", "{'room':true}", "{'user_ids':['@a:b'],'x':1}")) {
      String content = "{'m.mentions':" + good + "}";
      assertThat(supplied("org.example.any", content)).isEqualTo(content);
    }
    for (String bad :
        List.of("[1]", "null", "'all'", "{'room':1}", "{'user_ids':'@a:b'}", "{'user_ids':[1]}")) {
      assertThat(supplied("org.example.any", "{'m.mentions':" + bad + "}")).isEqualTo("{}");
    }
  }

  private static String supplied(String type, String json) {
    ObjectNode content = Json.parseObject(json.replace('\'', '"'));
    Acceptable a = Sanitizer.acceptable(type, content, BUDGET);
    assertThat(a.repairs().isEmpty()).isEqualTo(a.content().equals(content));
    return Json.text(a.content()).replace('"', '\'');
  }

  @Test
  void mendsNumbers() {
    Acceptable a =
        sanitize(
            "{\"a\":1.0,\"b\":1.5,\"c\":9007199254740992,\"d\":1e400,\"e\":-0.0,"
                + "\"f\":{\"g\":[2,3.25]},\"h\":1e15,\"i\":1e999999999,\"j\":1e-999999999,"
                + "\"k\":9007199254740992.0}");
    assertThat(Json.text(a.content()))
        .isEqualTo(
            "{\"a\":1,\"b\":\"1.5\",\"c\":\"9007199254740992\",\"d\":\"1E+400\",\"e\":0,"
                + "\"f\":{\"g\":[2,\"3.25\"]},\"h\":1000000000000000,\"i\":\"1E+999999999\","
                + "\"j\":\"1E-999999999\",\"k\":\"9007199254740992\"}");
    assertThat(a.repairs())
        .extracting(Object::toString)
        .contains("float to integer at a", "float to string at f.g[1]");
  }

  @Test
  void replacesHalfCharactersInValuesAndKeys() {
    ObjectNode content =
        Json.parseObject("{\"a\":\"x\\ud800y\\udc00\\ud83e\\udd89\"}")
            .put("k\ud800", 1)
            .put("k\ufffd", 2);
    Acceptable a = Sanitizer.acceptable("org.example.any", content, BUDGET);
    assertThat(Json.text(a.content()))
        .isEqualTo("{\"a\":\"x\uFFFDy\uFFFD\ud83e\udd89\",\"k\uFFFD\uFFFD\":1,\"k\uFFFD\":2}");
    assertThat(a.repairs()).allMatch(r -> r.kind() == Kind.LONE_SURROGATE).hasSize(2);
  }

  @Test
  void foldsWhatIsNestedTooDeep() {
    assertThat(sanitize("{\"a\":".repeat(100) + "1" + "}".repeat(100)).repairs()).isEmpty();
    Acceptable a = sanitize("{\"a\":".repeat(102) + "1" + "}".repeat(102));
    JsonNode inside = a.content();
    for (int i = 0; i < 100; i++) {
      inside = inside.get("a");
    }
    assertThat(inside.textValue()).isEqualTo("{\"a\":{\"a\":1}}");
    assertThat(a.repairs()).extracting(r -> r.kind()).containsExactly(Kind.DEPTH);
  }

  @Test
  void dropsTheFormattedBodyFirst() {
    ObjectNode content =
        Json.object()
            .put("body", "x".repeat(40_000))
            .put("format", "org.matrix.custom.html")
            .put("formatted_body", "y".repeat(30_000));
    Acceptable a = Sanitizer.acceptable("org.example.any", content, BUDGET);
    assertThat(a.content()).isEqualTo(Json.object().put("body", "x".repeat(40_000)));
    assertThat(a.repairs()).extracting(r -> r.kind()).containsExactly(Kind.FORMATTED_BODY_DROPPED);
    assertThat(content.has("formatted_body")).isTrue();
  }

  @Test
  void cutsTheBodyAtAWholeCharacterAsLittleAsPossible() {
    ObjectNode content =
        Json.object().put("body", "🦉\n\"".repeat(20_000)).put("msgtype", "m.text");
    Acceptable a = Sanitizer.acceptable("org.example.any", content, BUDGET);
    int size = Utf8.length(Json.canonical(a.content()));
    assertThat(size).isBetween(BUDGET - 8, BUDGET);
    assertThat(a.content().get("body").textValue()).endsWith(" […]").doesNotContain("\uFFFD");
    assertThat(Surrogates.hasLone(a.content().get("body").textValue())).isFalse();
  }

  @Test
  void cutsTheFallbackOfAnEditBeforeTheEdit() {
    ObjectNode content = Json.object().put("body", "* " + "x".repeat(40_000));
    ObjectNode unused = content.putObject("m.new_content").put("body", "x".repeat(40_000));
    Acceptable a = Sanitizer.acceptable("org.example.any", content, BUDGET);
    assertThat(a.content().at("/m.new_content/body").textValue()).hasSize(40_000);
    assertThat(a.content().get("body").textValue()).hasSizeLessThan(20_000).endsWith("[…]");
  }

  @Test
  void saysWhatCannotBeMadeToFit() {
    ObjectNode content = Json.object().put("topic", "x".repeat(70_000)).put("body", "short");
    assertThatThrownBy(() -> Sanitizer.acceptable("m.room.topic", content, BUDGET))
        .isInstanceOf(Sanitizer.UnfixableException.class)
        .hasMessageContaining("bytes");
  }

  @Test
  void cutsNamesOfMembers() {
    ObjectNode content =
        Json.object().put("displayname", "🦉".repeat(300)).put("avatar_url", "m".repeat(1001));
    Acceptable a = Sanitizer.acceptable("m.room.member", content, BUDGET);
    assertThat(a.content().get("displayname").textValue()).isEqualTo("🦉".repeat(256));
    assertThat(a.content().has("avatar_url")).isFalse();
    assertThat(Sanitizer.acceptable("org.example.any", content, BUDGET).repairs()).isEmpty();
    assertThat(Sanitizer.name("é".repeat(257))).isEqualTo("é".repeat(256));
  }

  @Test
  void theBudgetLeavesRoomForTheNamesAround() {
    UserId sender = UserId.of("a", "example.org");
    RoomId room = new RoomId("!r:example.org");
    int modern = EventSize.of(room, sender, "m.room.message", null, false);
    assertThat(modern).isBetween(63_000, 64_500);
    assertThat(EventSize.of(room, sender, "m.room.message", "key", true)).isLessThan(modern - 900);
    UserId longest = UserId.of("a".repeat(200), "b".repeat(50));
    assertThat(EventSize.of(room, longest, "t".repeat(255), "s".repeat(255), true))
        .isGreaterThan(BUDGET);
  }

  /** Whatever comes in: what goes out is acceptable, and going through again changes nothing. */
  @Test
  void whateverComesInIsAcceptableAfterwards() {
    Random random = new Random(42);
    for (int i = 0; i < 5_000; i++) {
      ObjectNode content = (ObjectNode) container(random, true, 0);
      ObjectNode before = content.deepCopy();
      Acceptable once = Sanitizer.acceptable("org.example.any", content, BUDGET);
      assertThat(content).isEqualTo(before);
      assertAcceptable(once.content(), 1);
      assertThat(once.repairs().isEmpty()).isEqualTo(once.content().equals(before));
      Acceptable twice = Sanitizer.acceptable("org.example.any", once.content(), BUDGET);
      assertThat(twice.repairs()).isEmpty();
      assertThat(Json.parseObject(Json.text(once.content()))).isNotNull();
    }
  }

  private static void assertAcceptable(JsonNode value, int depth) {
    if (value.isContainerNode()) {
      assertThat(depth).isLessThanOrEqualTo(Sanitizer.DEEPEST);
      value.forEach(v -> assertAcceptable(v, depth + 1));
      value.fieldNames().forEachRemaining(k -> assertThat(Surrogates.hasLone(k)).isFalse());
    } else if (value.isTextual()) {
      assertThat(Surrogates.hasLone(value.textValue())).isFalse();
    } else if (value.isNumber()) {
      assertThat(value.isIntegralNumber()).isTrue();
      assertThat(value.bigIntegerValue().abs()).isLessThan(BigInteger.TWO.pow(53));
    }
  }

  private static JsonNode container(Random random, boolean object, int depth) {
    ObjectNode o = Json.object();
    ArrayNode a = Json.array();
    int size = random.nextInt(4);
    for (int i = 0; i < size; i++) {
      JsonNode value = value(random, depth + 1);
      JsonNode unused = o.set(text(random), value);
      ArrayNode unused2 = a.add(value);
    }
    return object ? o : a;
  }

  private static JsonNode value(Random random, int depth) {
    ObjectNode o = Json.object();
    return switch (random.nextInt(9)) {
      case 0 -> o.put("v", random.nextLong()).get("v");
      case 1 -> o.put("v", random.nextDouble() * 1e6).get("v");
      case 2 -> o.put("v", new BigInteger(200, random)).get("v");
      case 3 ->
          o.put("v", new BigDecimal(new BigInteger(80, random), random.nextInt(60) - 30)).get("v");
      case 4 -> TextNode.valueOf(text(random));
      case 5 -> o.put("v", random.nextBoolean()).get("v");
      case 6 -> deep(random.nextInt(150));
      default -> depth > 6 ? o : container(random, random.nextBoolean(), depth);
    };
  }

  private static JsonNode deep(int levels) {
    ObjectNode o = Json.object();
    for (int i = 0; i < levels; i++) {
      ObjectNode outer = Json.object();
      JsonNode unused = outer.set("d", o);
      o = outer;
    }
    return o;
  }

  private static String text(Random random) {
    StringBuilder s = new StringBuilder();
    int n = random.nextInt(6);
    for (int i = 0; i < n; i++) {
      s.append(
          (char) (random.nextInt(4) == 0 ? 0xD7F0 + random.nextInt(0x900) : random.nextInt(300)));
    }
    return s.toString();
  }

  private static Acceptable sanitize(String json) {
    return Sanitizer.acceptable("org.example.any", Json.parseObject(json), BUDGET);
  }
}
