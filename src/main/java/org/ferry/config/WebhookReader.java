package org.ferry.config;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ferry.id.Secret;
import org.ferry.webhook.AddressRange;
import org.ferry.webhook.Endpoint;
import org.ferry.webhook.Guard;
import org.ferry.webhook.HeaderRules;
import org.ferry.webhook.SigningSecret;

/**
 * Reads {@code webhooks}; what would make a post fail or leak is a problem of the configuration.
 */
final class WebhookReader {
  private final Values values;
  private final SecretFiles files;
  private final List<Problem> warnings;

  WebhookReader(Values values, SecretFiles files, List<Problem> warnings) {
    this.values = values;
    this.files = files;
    this.warnings = warnings;
  }

  /** Those without a problem; all where there are no problems at all. */
  List<Endpoint> read() {
    List<Endpoint> endpoints = new ArrayList<>();
    values.items("webhooks").forEach(key -> endpoint(key).ifPresent(endpoints::add));
    return List.copyOf(endpoints);
  }

  private Optional<Endpoint> endpoint(String key) {
    Optional<String> name = values.find(key + ".name", String.class);
    Optional<URI> url = url(key + ".url");
    List<SigningSecret> secrets = secrets(key);
    Map<String, String> headers = headers(key + ".headers");
    List<AddressRange> allowed = ranges(key + ".allow_private");
    if (name.isEmpty() || url.isEmpty() || secrets.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Endpoint(
            name.get(),
            url.get(),
            secrets,
            new Endpoint.Rules(
                values.list(key + ".events", String.class),
                values.list(key + ".networks", String.class),
                values.list(key + ".rooms", String.class),
                values.list(key + ".senders", String.class)),
            values.find(key + ".from", String.class).orElse("now"),
            headers,
            allowed,
            values.find(key + ".media_inline", Integer.class).orElse(0)));
  }

  private Optional<URI> url(String key) {
    Optional<URI> url = values.find(key, String.class).map(URI::create);
    url.map(Guard::objection).ifPresent(o -> values.problem(key, o));
    return url;
  }

  private List<SigningSecret> secrets(String key) {
    List<Secret> texts = new ArrayList<>();
    files
        .find(key + ".secret")
        .ifPresent(s ->
            s.reveal()
                .lines()
                .map(String::strip)
                .filter(l -> !l.isEmpty())
                .map(Secret::of)
                .forEach(texts::add));
    texts.addAll(values.list(key + ".secrets", Secret.class));
    String named =
        values.given(key + ".secrets")
            ? ".secrets"
            : values.given(key + ".secret_file") ? ".secret_file" : ".secret";
    if (texts.size() > Endpoint.MOST_SECRETS) {
      values.problem(
          key + named,
          "there are %d secrets; more than %d are not signed with, take out the old ones"
              .formatted(texts.size(), Endpoint.MOST_SECRETS));
    }
    List<SigningSecret> secrets = new ArrayList<>();
    for (Secret text : texts) {
      try {
        secrets.add(SigningSecret.of(text));
      } catch (IllegalArgumentException e) {
        values.problem(key + named, String.valueOf(e.getMessage()));
      }
    }
    if (secrets.stream().anyMatch(s -> !s.isStrong())) {
      warnings.add(
          new Problem(
              values.file(),
              values.line(key + named),
              key + named,
              "is shorter than %d bytes and could be guessed; make another one: echo whsec_$(openssl rand -base64 32)"
                  .formatted(SigningSecret.STRONG)));
    }
    return List.copyOf(secrets);
  }

  private Map<String, String> headers(String key) {
    Map<String, String> headers = values.map(key, String.class);
    headers.forEach((name, value) ->
        HeaderRules.objection(name, value).ifPresent(o -> values.problem(key + "." + name, o)));
    if (!HeaderRules.fit(headers)) {
      values.problem(key, "are too long together; 8 KiB are sent at most");
    }
    return Map.copyOf(headers);
  }

  private List<AddressRange> ranges(String key) {
    List<AddressRange> ranges = new ArrayList<>();
    for (String text : values.list(key, String.class)) {
      try {
        ranges.add(AddressRange.of(text));
      } catch (IllegalArgumentException e) {
        values.problem(key, String.valueOf(e.getMessage()));
      }
    }
    return List.copyOf(ranges);
  }
}
