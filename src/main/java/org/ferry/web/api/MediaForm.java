package org.ferry.web.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import java.util.Base64;
import java.util.Locale;
import java.util.regex.Pattern;
import org.ferry.id.MxcUri;
import org.ferry.live.provision.Attachment;
import org.ferry.live.provision.Attachment.Content;
import org.ferry.live.provision.Attachment.Given;
import org.ferry.live.provision.Attachment.Shape;
import org.ferry.live.provision.Attachment.Uploaded;
import org.jspecify.annotations.Nullable;

/** The {@code media} of a message as callers write it: a file, or the address of one. */
final class MediaForm {
  private static final Pattern TYPE = Pattern.compile("[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60}");
  private static final int LONGEST_NAME = 255;

  private MediaForm() {}

  /**
   * Reads it.
   *
   * @param body of the message
   * @return null where it has none
   * @throws Problem where it makes no sense
   */
  static @Nullable Attachment read(ObjectNode body) {
    JsonNode given = body.path("media");
    if (given.isMissingNode() || given.isNull()) {
      return null;
    }
    if (!(given instanceof ObjectNode media)) {
      throw Problem.badRequest("media has to be an object");
    }
    Shape shape =
        new Shape(number(media, "width"), number(media, "height"), number(media, "duration_ms"));
    return new Attachment(content(media), mimetype(media), filename(media), shape);
  }

  private static Content content(ObjectNode media) {
    String url = Request.text(media, "url");
    String data = Request.text(media, "data");
    if (url != null && data == null) {
      return uploaded(url, media.path("size"));
    }
    if (data != null && url == null) {
      return new Given(bytes(data));
    }
    throw Problem.badRequest(
        "media has either data, the file in base64, or url, its mxc:// address");
  }

  private static Uploaded uploaded(String url, JsonNode size) {
    MxcUri there =
        MxcUri.parse(url)
            .orElseThrow(() ->
                Problem.badRequest(
                    "media.url is an mxc:// address of a file that was uploaded; the file itself"
                        + " goes into media.data, in base64"));
    return new Uploaded(there, size.isIntegralNumber() ? size.asLong() : null);
  }

  private static Buffer bytes(String data) {
    try {
      byte[] bytes = Base64.getDecoder().decode(data);
      if (bytes.length > 0) {
        return Buffer.buffer(bytes);
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw Problem.badRequest("media.data is a file in base64 (RFC 4648, section 4), not empty");
  }

  private static String mimetype(ObjectNode media) {
    String type = Request.text(media, "mimetype");
    if (type == null) {
      return "application/octet-stream";
    }
    String plain = type.toLowerCase(Locale.ROOT);
    if (!TYPE.matcher(plain).matches()) {
      throw Problem.badRequest("media.mimetype is a type such as image/png");
    }
    return plain;
  }

  private static String filename(ObjectNode media) {
    String name = Request.text(media, "filename");
    if (name == null || name.isBlank()) {
      return "file";
    }
    if (name.length() > LONGEST_NAME || name.chars().anyMatch(Character::isISOControl)) {
      throw Problem.badRequest(
          "media.filename has at most " + LONGEST_NAME + " characters, none of which controls");
    }
    return name;
  }

  private static @Nullable Integer number(ObjectNode media, String field) {
    JsonNode value = media.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.asInt() < 0) {
      throw Problem.badRequest("media." + field + " has to be a whole number, not negative");
    }
    return value.asInt();
  }
}
