package org.ferry.web.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/** Describes a table of endpoints as OpenAPI 3.1; schemas stand in {@code openapi.json} beside. */
final class OpenApi {
  private static final Pattern PART = Pattern.compile("\\{([a-z_]+)}");

  /** What a part of a path may hold, once decoded. */
  private static final String IN_PATH = "^[^\\u0000-\\u001f\\u007f-\\u009f]+$";

  private static final String SCHEMAS = "#/components/schemas/";

  private final ObjectNode document;

  OpenApi(List<Endpoint> endpoints, @Nullable String publicUrl) {
    this.document = resource("openapi.json");
    ObjectNode server = document.putArray("servers").addObject();
    server.put("url", (publicUrl == null ? "" : publicUrl) + ApiRoutes.BASE);
    ObjectNode paths = document.putObject("paths");
    for (Endpoint endpoint : endpoints) {
      ObjectNode path = paths.withObjectProperty(endpoint.path());
      path.set(endpoint.method().name().toLowerCase(Locale.ROOT), operation(endpoint));
    }
  }

  /** The document. */
  ObjectNode document() {
    return document;
  }

  /** Reads a JSON file that lies beside this class. */
  static ObjectNode resource(String name) {
    try (InputStream in = OpenApi.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + name);
      }
      return Json.parseObject(in.readAllBytes());
    } catch (IOException e) {
      throw new IllegalStateException("the jar cannot be read", e);
    }
  }

  private ObjectNode operation(Endpoint endpoint) {
    Endpoint.Doc doc = endpoint.doc();
    ObjectNode operation = Json.object().put("operationId", doc.id()).put("summary", doc.summary());
    ArrayNode security = operation.putArray("security");
    if (endpoint.scope() != null) {
      security.addObject().putArray("token").add(endpoint.scope().word());
    } else if (!doc.id().equals("health")) {
      security.addObject().putArray("token");
    }
    parameters(endpoint, operation);
    if (doc.body() != null) {
      ObjectNode body = operation.putObject("requestBody");
      content(body, "application/json", doc.body());
    }
    ObjectNode responses = operation.putObject("responses");
    ObjectNode usual = responses.putObject(String.valueOf(doc.status()));
    usual.put("description", doc.status() == 204 ? "Done; nothing more to say." : "Done.");
    if (doc.answer() != null) {
      content(usual, type(endpoint), doc.answer());
    }
    if (doc.status() == 101) {
      responses.putObject("426").put("$ref", "#/components/responses/Upgrade");
    }
    responses.putObject("default").put("$ref", "#/components/responses/Problem");
    return operation;
  }

  private static String type(Endpoint endpoint) {
    return switch (endpoint.doc().id()) {
      case "events" -> "text/event-stream";
      case "media" -> "application/octet-stream";
      default -> "application/json";
    };
  }

  private void parameters(Endpoint endpoint, ObjectNode operation) {
    ArrayNode parameters = operation.putArray("parameters");
    Matcher part = PART.matcher(endpoint.path());
    while (part.find()) {
      ObjectNode p = parameters.addObject().put("name", part.group(1)).put("in", "path");
      p.put("required", true).putObject("schema").put("type", "string").put("pattern", IN_PATH);
    }
    for (String name : endpoint.doc().query()) {
      if (document.at("/components/parameters/" + name).isMissingNode()) {
        throw new IllegalStateException("openapi.json lacks the parameter " + name);
      }
      parameters.addObject().put("$ref", "#/components/parameters/" + name);
    }
  }

  private void content(ObjectNode holder, String type, String schema) {
    if (document.at("/components/schemas/" + schema).isMissingNode()) {
      throw new IllegalStateException("openapi.json lacks the schema " + schema);
    }
    holder.putObject("content").putObject(type).putObject("schema").put("$ref", SCHEMAS + schema);
  }
}
