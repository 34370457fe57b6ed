package org.ferry.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.io.Writer;

/** JSON for people: indented. */
final class Json {
  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS);

  private static final ObjectReader EXACT =
      MAPPER
          .readerFor(JsonNode.class)
          .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private Json() {}

  /** Something that writes one document piece by piece. */
  interface Pieces {
    void to(JsonGenerator json) throws IOException;
  }

  /** Writes a document that is too large to be held; the writer stays open. */
  static void write(Writer writer, Pieces pieces) throws IOException {
    JsonGenerator json = MAPPER.createGenerator(writer).useDefaultPrettyPrinter();
    json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    pieces.to(json);
    json.close();
    writer.write('\n');
  }

  /** A document in one line. */
  static String line(JsonNode document) {
    return document.toString();
  }

  /** What somebody wrote: JSON where it is that, else a text. */
  static JsonNode read(String text) {
    try {
      return EXACT.readTree(text);
    } catch (JsonProcessingException e) {
      return TextNode.valueOf(text);
    }
  }

  /** A document of records, maps, lists, texts and numbers. */
  static String pretty(Object document) {
    try {
      return MAPPER.writeValueAsString(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("no JSON for " + document.getClass(), e);
    }
  }
}
