package org.ferry.migrate.plan;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/** A mapping of the file whose fields are read by type; what does not fit becomes a problem. */
final class Row {
  private final Yaml.Fields fields;
  private final Problems problems;

  Row(Yaml.Fields fields, Problems problems) {
    this.fields = fields;
    this.problems = problems;
  }

  int line() {
    return fields.line();
  }

  /** The line of a field, or of the mapping where the field is missing. */
  int line(String name) {
    Yaml value = fields.fields().get(name);
    return value == null ? line() : value.line();
  }

  void problem(String name, String what) {
    problems.add(line(name), what);
  }

  /** Reports keys that are not among those given. */
  void only(Collection<String> known) {
    fields
        .fields()
        .forEach((key, value) -> {
          if (!known.contains(key)) {
            String hint =
                Words.nearest(key, known)
                    .map(n -> "; did you mean " + n + "?")
                    .orElse("; here may stand " + String.join(", ", known));
            problems.add(value.line(), Problems.quoted(key) + " is not known here" + hint);
          }
        });
  }

  /** A field's text as written; null where it is missing, {@code null}, or no scalar. */
  @Nullable String text(String name) {
    Yaml value = fields.fields().get(name);
    if (value instanceof Yaml.Text text) {
      boolean nothing =
          text.plain()
              && (text.value().isEmpty()
                  || text.value().equals("null")
                  || text.value().equals("~"));
      return nothing ? null : text.value();
    }
    if (value != null) {
      problem(name, name + " must be a text, not a list or mapping");
    }
    return null;
  }

  String text(String name, String otherwise) {
    String value = text(name);
    return value == null ? otherwise : value;
  }

  /** A text that must be there. */
  Optional<String> required(String name) {
    String value = text(name);
    if (value == null && !(fields.fields().get(name) instanceof Yaml.Items)) {
      problem(name, name + " is missing; the id needs quotation marks where it begins with # or @");
    }
    return Optional.ofNullable(value);
  }

  /** A whole number, zero or more. */
  Optional<Long> number(String name) {
    String value = text(name);
    if (value == null) {
      return Optional.empty();
    }
    if (value.length() < 19 && !value.isEmpty() && value.chars().allMatch(Character::isDigit)) {
      return Optional.of(Long.parseLong(value));
    }
    problem(name, name + " must be a whole number, not " + Problems.quoted(value));
    return Optional.empty();
  }

  boolean flag(String name, boolean otherwise) {
    String value = text(name);
    if (value == null || value.equals("true") || value.equals("false")) {
      return value == null ? otherwise : value.equals("true");
    }
    problem(name, name + " must be true or false, not " + Problems.quoted(value));
    return otherwise;
  }

  <E extends Enum<E>> Optional<E> word(String name, Class<E> type) {
    Optional<String> value = required(name);
    Optional<E> found = value.flatMap(v -> Words.find(type, v));
    if (value.isPresent() && found.isEmpty()) {
      List<String> valid = Words.all(type);
      String near =
          Words.nearest(value.get(), valid).map(n -> "; did you mean " + n + "?").orElse("");
      problem(
          name,
          "%s must be one of %s, not %s%s"
              .formatted(name, String.join(", ", valid), Problems.quoted(value.get()), near));
    }
    return found;
  }

  Optional<UserId> user(String name, @Nullable String value) {
    return id(
        name,
        value,
        v -> UserId.isValid(v) && !hasBlank(v),
        UserId::new,
        "user id such as @name:example.org");
  }

  /** A user id of the source, which may be of the years when localparts held anything. */
  Optional<UserId> oldUser(String name, @Nullable String value) {
    return id(name, value, UserId::isValid, UserId::new, "user id such as @name:example.org");
  }

  Optional<RoomId> room(String name, @Nullable String value) {
    return id(name, value, Row::isRoom, RoomId::new, "room id such as !abc:example.org");
  }

  private static boolean isRoom(String value) {
    return value.startsWith("!") && value.length() > 1 && !hasBlank(value);
  }

  private static boolean hasBlank(String value) {
    return value.chars().anyMatch(c -> c <= ' ');
  }

  private <T> Optional<T> id(
      String name,
      @Nullable String value,
      Predicate<String> valid,
      Function<String, T> make,
      String what) {
    if (value == null) {
      return Optional.empty();
    }
    if (!valid.test(value)) {
      problem(name, name + " is " + Problems.quoted(value) + ", which is no " + what);
      return Optional.empty();
    }
    return Optional.of(make.apply(value));
  }

  /** A list of room ids; empty where the field is missing. */
  List<RoomId> rooms(String name) {
    List<RoomId> ids = new ArrayList<>();
    Yaml value = fields.fields().get(name);
    if (value instanceof Yaml.Items items) {
      for (Yaml item : items.items()) {
        if (item instanceof Yaml.Text text) {
          room(name, text.value()).ifPresent(ids::add);
        } else {
          problem(name, name + " must be a list of room ids");
        }
      }
    } else if (value != null) {
      problem(name, name + " must be a list of room ids, such as [] or [\"!abc:example.org\"]");
    }
    return ids.stream().distinct().toList();
  }

  /** The mappings in a list. */
  List<Row> rows(String name) {
    List<Row> rows = new ArrayList<>();
    Yaml value = fields.fields().get(name);
    if (value instanceof Yaml.Items items) {
      for (Yaml item : items.items()) {
        if (item instanceof Yaml.Fields f) {
          rows.add(new Row(f, problems));
        } else {
          problems.add(item.line(), "each of " + name + " must be a mapping with an id");
        }
      }
    } else {
      problem(name, name + " is missing or no list; run ferry plan again");
    }
    return rows;
  }
}
