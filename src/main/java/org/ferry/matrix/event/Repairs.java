package org.ferry.matrix.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.ferry.matrix.event.Sanitizer.Kind;
import org.ferry.matrix.event.Sanitizer.Repair;

/** Copies one content, mending what canonical JSON does not allow, and keeps the list. */
final class Repairs {
  private static final BigInteger LARGEST = BigInteger.valueOf((1L << 53) - 1);
  private static final int MOST_LISTED = 50;
  private static final int LONGEST_AVATAR = 1000;

  private final List<Repair> list = new ArrayList<>();

  List<Repair> list() {
    return list;
  }

  void add(Kind kind, String where) {
    if (list.size() < MOST_LISTED) {
      list.add(new Repair(kind, where));
    }
  }

  ObjectNode mend(ObjectNode content) {
    return object(content, "", 1);
  }

  private JsonNode value(JsonNode value, String where, int depth) {
    if (value.isContainerNode()) {
      return container(value, where, depth);
    }
    if (value.isTextual()) {
      return text(value, where);
    }
    if (value.isFloatingPointNumber()) {
      return decimal(value.decimalValue(), where);
    }
    return value.isIntegralNumber() ? integer(value, where) : value;
  }

  private JsonNode container(JsonNode value, String where, int depth) {
    if (depth > Sanitizer.DEEPEST) {
      add(Kind.DEPTH, where);
      return TextNode.valueOf(Json.canonical(value));
    }
    return value instanceof ObjectNode object
        ? object(object, where, depth)
        : array(value, where, depth);
  }

  private ObjectNode object(ObjectNode object, String where, int depth) {
    ObjectNode copy = Json.object();
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      String key = key(field.getKey(), object, where);
      String at = where.isEmpty() ? key : where + "." + key;
      copy.set(key, value(field.getValue(), at, depth + 1));
    }
    return copy;
  }

  private ArrayNode array(JsonNode array, String where, int depth) {
    ArrayNode copy = Json.array();
    int i = 0;
    for (JsonNode item : array) {
      ArrayNode unused = copy.add(value(item, where + "[" + i++ + "]", depth + 1));
    }
    return copy;
  }

  private String key(String key, ObjectNode siblings, String where) {
    if (!Surrogates.hasLone(key)) {
      return key;
    }
    String mended = Surrogates.replaceLone(key);
    while (siblings.has(mended)) {
      mended += "\uFFFD";
    }
    add(Kind.LONE_SURROGATE, where.isEmpty() ? mended : where + "." + mended);
    return mended;
  }

  private JsonNode text(JsonNode value, String where) {
    if (!Surrogates.hasLone(value.textValue())) {
      return value;
    }
    add(Kind.LONE_SURROGATE, where);
    return TextNode.valueOf(Surrogates.replaceLone(value.textValue()));
  }

  private JsonNode integer(JsonNode value, String where) {
    BigInteger integer = value.bigIntegerValue();
    if (integer.abs().compareTo(LARGEST) <= 0) {
      return value;
    }
    add(Kind.INTEGER_TO_STRING, where);
    return TextNode.valueOf(integer.toString());
  }

  /** Sizes are looked at before digits: 1e999999999 must not be written out. */
  private JsonNode decimal(BigDecimal value, String where) {
    BigDecimal stripped = value.stripTrailingZeros();
    long digitsBeforePoint = (long) stripped.precision() - stripped.scale();
    boolean integral = stripped.signum() == 0 || stripped.scale() <= 0;
    if (!integral || digitsBeforePoint > 16) {
      add(Kind.FLOAT_TO_STRING, where);
      boolean small = Math.abs((long) stripped.scale()) < 50;
      return TextNode.valueOf(small ? value.toPlainString() : value.toString());
    }
    BigInteger integer = stripped.toBigInteger();
    if (integer.abs().compareTo(LARGEST) > 0) {
      add(Kind.INTEGER_TO_STRING, where);
      return TextNode.valueOf(integer.toString());
    }
    add(Kind.FLOAT_TO_INTEGER, where);
    return integer.bitLength() < 64
        ? LongNode.valueOf(integer.longValue())
        : BigIntegerNode.valueOf(integer);
  }

  /** Servers take messages, names and topics only with their texts; other servers let them pass. */
  void supply(String type, ObjectNode content) {
    switch (type) {
      case "m.room.message" -> {
        supply(content, "body", "");
        supply(content, "msgtype", "m.text");
      }
      case "m.room.name" -> supply(content, "name", "");
      case "m.room.topic" -> supply(content, "topic", "");
      default -> {
        // No other type has such a text.
      }
    }
  }

  private void supply(ObjectNode content, String key, String standard) {
    JsonNode value = content.path(key);
    if (!value.isTextual()) {
      boolean none = value.isMissingNode() || value.isNull() || key.equals("msgtype");
      content.put(key, none ? standard : Json.canonical(value));
      add(Kind.TEXT_SUPPLIED, key);
    }
  }

  /** Servers refuse a whole event for mentions of another shape, which nobody checked before. */
  void checkMentions(ObjectNode content) {
    JsonNode mentions = content.get("m.mentions");
    if (mentions != null && !areMentions(mentions)) {
      add(Kind.MENTIONS_DROPPED, "m.mentions");
      JsonNode unused = content.remove("m.mentions");
    }
  }

  private static boolean areMentions(JsonNode mentions) {
    JsonNode users = mentions.path("user_ids");
    JsonNode room = mentions.path("room");
    return mentions.isObject()
        && (room.isMissingNode() || room.isBoolean())
        && (users.isMissingNode()
            || (users.isArray() && users.valueStream().allMatch(JsonNode::isTextual)));
  }

  /** Servers refuse a membership with a long name or a long address of a picture. */
  void trimMember(ObjectNode content) {
    String name = content.path("displayname").textValue();
    if (name != null && Sanitizer.cut(name, Sanitizer.LONGEST_NAME).length() < name.length()) {
      add(Kind.NAME_CUT, "displayname");
      content.put("displayname", Sanitizer.cut(name, Sanitizer.LONGEST_NAME));
    }
    String avatar = content.path("avatar_url").textValue();
    if (avatar != null && avatar.length() > LONGEST_AVATAR) {
      add(Kind.AVATAR_DROPPED, "avatar_url");
      JsonNode unused = content.remove("avatar_url");
    }
  }
}
