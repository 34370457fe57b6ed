package org.ferry.live.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.ferry.matrix.event.Json;

/** Holds what is told against its published schema. */
public final class Shapes {
  private static final String BASE = "https://ferry.invalid/schemas/";
  private static final Map<String, String> TEXTS =
      Schemas.list().stream()
          .collect(Collectors.toMap(n -> BASE + n + ".json", n -> Schemas.read(n).orElseThrow()));
  private static final JsonSchemaFactory FACTORY =
      JsonSchemaFactory.getInstance(
          SpecVersion.VersionFlag.V202012,
          builder ->
              builder
                  .enableSchemaCache(true)
                  .schemaLoaders(loaders -> loaders.schemas(new HashMap<>(TEXTS)))
                  .schemaMappers(mappers -> mappers.mapPrefix("classpath:schemas/", BASE)));

  private Shapes() {}

  /** Fails where a message is not as its schema says. */
  public static void check(LiveMessage message) {
    ObjectNode body =
        Json.object().put("type", message.type()).put("timestamp", message.at().toString());
    var unused = body.set("data", message.data());
    check(message.type(), body);
  }

  /** Fails where a whole body is not as the schema of its type says. */
  public static void check(String type, ObjectNode body) {
    var schema = FACTORY.getSchema(SchemaLocation.of(BASE + type + ".json"));
    assertThat(schema.validate(body)).as(type + " " + body.toPrettyString()).isEmpty();
  }
}
