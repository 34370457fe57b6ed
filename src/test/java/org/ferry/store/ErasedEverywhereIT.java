package org.ferry.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.CrossingLedger.CarriedPerson;
import org.ferry.migrate.SettingLedger.Setting;
import org.ferry.migrate.SettingLedger.State;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every table of the schema is looked into, whatever it is called: whoever adds a table in which a
 * person's id stays behind fails here.
 */
class ErasedEverywhereIT {
  private static final UserId BOB = new UserId("@bob:old");
  private static final UserId GHOST = new UserId("@old_bob:new");

  private static final String COLUMNS =
      """
      select c.relname, a.attname, format_type(a.atttypid, null), a.attidentity
      from pg_class c join pg_attribute a on a.attrelid = c.oid
      where c.relnamespace = 'ferry'::regnamespace and c.relkind in ('r', 'p')
        and not c.relispartition and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
        and c.relname not in ('schema_history', 'claim', 'forgotten', 'erased')
      order by 1, a.attnum
      """;

  private final StoreLab lab = new StoreLab();
  private final Map<String, List<Column>> tables = new TreeMap<>();
  private long crossing;

  private record Column(String name, String type, boolean identity) {}

  @BeforeEach
  void fill() throws SQLException {
    MadeSource source = MadeSource.withMessages("old", 1);
    source.people.add(MadeSource.person(BOB, "Bobby Tables"));
    long id = lab.sources.load(source, p -> {}).id();
    crossing = lab.crossings.open(id, "new", new RoomId("!space:new")).id();
    try (Connection connection = lab.db.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(COLUMNS)) {
      while (row.next()) {
        tables
            .computeIfAbsent(row.getString(1), t -> new ArrayList<>())
            .add(new Column(row.getString(2), row.getString(3), !row.getString(4).isEmpty()));
      }
    }
  }

  @AfterEach
  void close() {
    lab.close();
  }

  /** How many rows of which table hold a text, in any column of any type. */
  private Map<String, Long> holding(String text) throws SQLException {
    Map<String, Long> found = new TreeMap<>();
    try (Connection connection = lab.db.connect();
        Statement statement = connection.createStatement()) {
      for (Map.Entry<String, List<Column>> table : tables.entrySet()) {
        String any =
            table.getValue().stream()
                .map(c ->
                    c.type().equals("bytea")
                        ? "position(convert_to('%s', 'UTF8') in %s) > 0".formatted(text, c.name())
                        : "position('%s' in %s::text) > 0".formatted(text, c.name()))
                .collect(Collectors.joining(" or "));
        try (ResultSet row =
            statement.executeQuery(
                "select count(*) from ferry.%s where %s".formatted(table.getKey(), any))) {
          if (row.next() && row.getLong(1) > 0) {
            found.put(table.getKey(), row.getLong(1));
          }
        }
      }
    }
    return found;
  }

  private void erase(UserId user) {
    try (Forgetting forgetting = lab.database.forgetting()) {
      assertThat(forgetting.user(user)).isPositive();
    }
  }

  @Test
  void anIdInAnyColumnOfAnyTableIsGone() throws SQLException {
    fillEachColumn(BOB.value());
    List<String> withText =
        tables.entrySet().stream()
            .filter(t -> t.getValue().stream().anyMatch(c -> isText(c.type())))
            .map(Map.Entry::getKey)
            .toList();
    assertThat(holding(BOB.value()).keySet()).containsExactlyInAnyOrderElementsOf(withText);
    erase(BOB);
    assertThat(holding(BOB.value())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "@bob:old:8448",
        "@bob:olden",
        "@bob:old.example",
        "@bob:old-er",
        "@bob:old--er",
        "@alice@bob:old"
      })
  void whoseIdOnlyContainsItStaysAsTheyAre(String other) throws SQLException {
    fillEachColumn(other);
    Map<String, Long> before = holding(other);
    assertThat(before).isNotEmpty();
    try (Forgetting forgetting = lab.database.forgetting()) {
      assertThat(forgetting.user(BOB)).isZero();
    }
    assertThat(holding(other)).isEqualTo(before);
  }

  @Test
  void inOneTextOnlyWholeIdsAreReplaced() throws SQLException {
    String others = "@bob:old:8448 @bob:old.example @alice@bob:old \\u00e9";
    lab.crossings.note(
        crossing,
        "remark",
        "{\"text\":\"hey@bob:old, (@bob:old) <@bob:old> @bob:old. @bob:old: %s /#/@bob:old/$e @bob:old- é@bob:oldé\"}"
            .formatted(others));
    erase(BOB);
    String left = lab.crossings.note(crossing, "remark").orElseThrow();
    assertThat(left).contains(others).containsPattern("<@erased-[0-9a-f]{12}:old> ");
    assertThat(left.replace(others, "")).doesNotContain("@bob");
  }

  private void fillEachColumn(String text) throws SQLException {
    try (Connection connection = lab.db.connect();
        Statement statement = connection.createStatement()) {
      // What a column may hold is checked elsewhere; here each holds the id.
      var unused = statement.execute("set session_replication_role = replica");
      for (Map.Entry<String, List<Column>> table : tables.entrySet()) {
        dropChecks(statement, table.getKey());
        unused = statement.execute("delete from ferry." + table.getKey());
        unused = statement.execute(row(table.getKey(), table.getValue(), text));
      }
    }
  }

  private static void dropChecks(Statement statement, String table) throws SQLException {
    List<String> checks = new ArrayList<>();
    try (ResultSet row =
        statement.executeQuery(
            "select conname from pg_constraint where contype in ('c', 'f') and conrelid = 'ferry.%s'::regclass"
                .formatted(table))) {
      while (row.next()) {
        checks.add(row.getString(1));
      }
    }
    for (String check : checks) {
      var unused =
          statement.execute("alter table ferry.%s drop constraint %s".formatted(table, check));
    }
  }

  private static boolean isText(String type) {
    return value("", type, BOB.value()).contains(BOB.value());
  }

  private static String row(String table, List<Column> columns, String text) {
    List<Column> given = columns.stream().filter(c -> !c.identity()).toList();
    return "insert into ferry.%s (%s) values (%s)"
        .formatted(
            table,
            given.stream().map(Column::name).collect(Collectors.joining(", ")),
            given.stream()
                .map(c -> value(c.name(), c.type(), text))
                .collect(Collectors.joining(", ")));
  }

  private static String value(String name, String type, String text) {
    return switch (type) {
      case "text", "character varying", "name" -> "'%s'".formatted(text);
      case "json", "jsonb" -> "'{\"%s\": 1}'".formatted(text);
      case "text[]" -> "array['%s']".formatted(text);
      case "bytea" -> "convert_to('to %s!', 'UTF8')".formatted(text);
      case "boolean" -> "true";
      case "uuid" -> "gen_random_uuid()";
      case "timestamp with time zone" -> "now()";
      default -> name.equals("source") ? "1" : "3";
    };
  }

  @Test
  void whatAPersonWasGivenAndIsCalledIsGone() throws SQLException {
    lab.crossings.person(crossing, new CarriedPerson(BOB, GHOST, "ready", null, null, null));
    for (String[] row :
        new String[][] {
          {"email", "bobby@mail.example", null},
          {"tag", "!room:old u.bobbys tag", "{\"was\":\"Bobby was\"}"}
        }) {
      lab.crossings
          .settings()
          .put(crossing, new Setting(GHOST, row[0], row[1], State.CARRIED, null, null, row[2]));
    }
    lab.crossings.note(
        crossing,
        "plan",
        "{\"text\":\"people:\\n  - {id: \\\"@bob:old\\\", name: \\\"Bobby Tables\\\", action: ghost, target: \\\"@old_bob:new\\\"}\\n  - {id: \\\"@alice:old\\\", name: \\\"Alice\\\", action: ghost}\\nrooms:\\n  - id: \\\"!dm:old\\\"\\n    name: \\\"Alice and Bobby Tables\\\"\\n\"}");
    assertThat(holding("Bobby Tables")).containsKeys("person", "crossing_note");
    erase(GHOST);
    for (String text : List.of(BOB.value(), GHOST.value(), "obby")) {
      assertThat(holding(text)).as(text).isEmpty();
    }
    assertThat(holding("Alice")).containsKeys("person", "crossing_note");
  }

  @Test
  void whoWasTakenBackIsFoundByThePlanThatWasFollowed() throws SQLException {
    lab.crossings.note(
        crossing,
        "plan",
        "{\"text\":\"people:\\n  - id: \\\"@bob:old\\\"\\n    action: account\\n    target: \\\"@old_bob:new\\\"\\n\"}");
    lab.crossings
        .settings()
        .put(crossing, new Setting(GHOST, "account", "made", State.CARRIED, null, null));
    erase(BOB);
    assertThat(holding(GHOST.value())).isEmpty();
  }
}
