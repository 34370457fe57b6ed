package org.ferry.matrix.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.util.BufferRecycler;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.core.util.RecyclerPool;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads and writes JSON within fixed limits and without changing a number. */
public final class Json {
  /** Deepest nesting that is read. */
  public static final int MAX_DEPTH = 200;

  private static final StreamReadConstraints LIMITS =
      StreamReadConstraints.builder()
          .maxNestingDepth(MAX_DEPTH)
          .maxNumberLength(1000)
          .maxStringLength(20_000_000)
          .build();

  // Each of thousands of virtual threads would keep buffers of its own for as long as it lives.
  private static final JsonMapper MAPPER = mapper(JsonRecyclerPools.sharedBoundedPool());

  /** Its buffers are nobody's afterwards: what was a key stays in none of them. */
  private static final JsonMapper SECRETS = mapper(JsonRecyclerPools.nonRecyclingPool());

  /** Of what follows a value it says nothing: whoever reads piece by piece reads that next. */
  private static final JsonMapper PIECES =
      mapper(JsonRecyclerPools.sharedBoundedPool())
          .rebuild()
          .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  private static JsonMapper mapper(RecyclerPool<BufferRecycler> buffers) {
    return JsonMapper.builder(
            JsonFactory.builder().streamReadConstraints(LIMITS).recyclerPool(buffers).build())
        .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
        .disable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
        .build();
  }

  /**
   * Reads an object: nesting up to 200, numbers up to 1000 digits, strings up to 20 million
   * characters; numbers keep their exact value.
   *
   * @param text one JSON object and nothing after it
   * @return the object
   * @throws IllegalArgumentException where the text is no JSON object or beyond a limit; the
   *     message says where and holds nothing of the text
   */
  public static ObjectNode parseObject(String text) {
    try {
      return object(MAPPER.readTree(text));
    } catch (JsonProcessingException e) {
      throw refused(e);
    }
  }

  /** As {@link #parseObject(String)}, from UTF-8 bytes. */
  public static ObjectNode parseObject(byte[] utf8) {
    return parseObject(utf8, MAPPER);
  }

  /** As {@link #parseObject(byte[])}, of what holds a key: no buffer keeps it. */
  public static ObjectNode parseSecret(byte[] utf8) {
    return parseObject(utf8, SECRETS);
  }

  private static ObjectNode parseObject(byte[] utf8, JsonMapper mapper) {
    try {
      return object(mapper.readTree(utf8));
    } catch (JsonProcessingException e) {
      throw refused(e);
    } catch (IOException e) {
      throw new IllegalArgumentException("not JSON", e);
    }
  }

  /** Reads an array of objects; what is no object in it is left out. */
  public static List<ObjectNode> parseObjects(byte[] utf8) {
    try {
      JsonNode array = MAPPER.readTree(utf8);
      if (!array.isArray()) {
        throw new IllegalArgumentException("not a JSON array");
      }
      List<ObjectNode> objects = new ArrayList<>();
      for (JsonNode item : array) {
        if (item instanceof ObjectNode object) {
          objects.add(object);
        }
      }
      return objects;
    } catch (JsonProcessingException e) {
      throw refused(e);
    } catch (IOException e) {
      throw new IllegalArgumentException("not JSON", e);
    }
  }

  /**
   * Reads what is too large to be held, piece by piece and within the same limits.
   *
   * @param utf8 the text; stays the caller's to close
   */
  public static JsonParser parser(InputStream utf8) throws IOException {
    return PIECES.createParser(utf8);
  }

  /** The one value in a range of bytes; null where it is no JSON or beyond a limit. */
  static @Nullable JsonNode parse(byte[] utf8, int from, int to) {
    try {
      return MAPPER.readTree(utf8, from, to - from);
    } catch (IOException e) {
      // reason: whoever asks goes on without the value, and counts it.
      return null;
    }
  }

  private static ObjectNode object(JsonNode node) {
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw new IllegalArgumentException("not a JSON object");
  }

  /** Says where it breaks, and nothing of what stands there, which may be somebody's message. */
  private static IllegalArgumentException refused(JsonProcessingException e) {
    JsonLocation at = e.getLocation();
    String where =
        at == null ? "" : " at line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
    e.clearLocation();
    String what =
        switch (e) {
          case StreamConstraintsException tooMuch -> "JSON that is nested too deeply or too long";
          case JsonEOFException cut -> "JSON that ends too early";
          default -> "no JSON";
        };
    return new IllegalArgumentException(what + where, e);
  }

  /** A new, empty object. */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** A new, empty array. */
  public static ArrayNode array() {
    return MAPPER.createArrayNode();
  }

  /** The compact text of a value, keys in the order they have; half characters are escapes. */
  public static String text(JsonNode value) {
    return text(value, MAPPER);
  }

  /** As {@link #text}, of what holds a key: no buffer keeps it. */
  public static String secretText(JsonNode value) {
    return text(value, SECRETS);
  }

  private static String text(JsonNode value, JsonMapper mapper) {
    try {
      return Surrogates.escapeLone(mapper.writeValueAsString(value));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("cannot be written as JSON", e);
    }
  }

  /** The compact UTF-8 bytes of a value, keys in the order they have. */
  public static byte[] bytes(JsonNode value) {
    return text(value).getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Matrix canonical JSON: keys sorted by code point, no white space, UTF-8 unescaped but for what
   * JSON requires; NUL and other control characters, and lone surrogates, are escapes.
   */
  public static String canonical(JsonNode value) {
    return Canonical.write(value);
  }
}
