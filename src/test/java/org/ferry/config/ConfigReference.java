package org.ferry.config;

import java.util.List;
import org.ferry.config.Entry.Items;
import org.ferry.config.Entry.Named;
import org.ferry.config.Entry.Section;
import org.ferry.config.Entry.Setting;

/** Writes the table of keys as an example file and as a reference page. */
public final class ConfigReference {
  private static final int HELP_COLUMN = 44;

  private final StringBuilder out = new StringBuilder();

  private ConfigReference() {}

  /** The text of {@code config.example.yaml}: every key, its default and what it does. */
  public static String example() {
    ConfigReference r = new ConfigReference();
    r.line("# Every key of Ferry's configuration with its default. Only homeserver.address and");
    r.line(
        "# homeserver.domain have none and must be given; keys that may be missing stand behind a #.");
    r.line("#");
    r.line(
        "# ${NAME} and ${NAME:-default} take the environment; $${ is a literal ${. Relative paths are");
    r.line(
        "# relative to this file. Each secret may stand in a file of its own (token_file instead of");
    r.line(
        "# token). FERRY_CONFIG may hold this whole text, FERRY_REGISTRATION that of the registration,");
    r.line("# PORT replaces the port of api.listen.");
    Schema.ROOT.entries().forEach(e -> r.example(e, "", ""));
    return r.out.toString();
  }

  private void example(Entry entry, String indent, String comment) {
    String start = comment + indent;
    switch (entry) {
      case Setting k -> exampleKey(k, start, comment);
      case Section s -> {
        String inner = s.optional() && comment.isEmpty() ? "# " : comment;
        gap(indent);
        line(start.isEmpty() ? "# " + upper(s.help()) : start + "# " + s.help());
        line((s.optional() ? inner + indent : start) + s.name() + ":");
        s.entries().forEach(e -> example(e, indent + "  ", inner));
      }
      case Items i -> {
        gap(indent);
        line(start + "# " + (indent.isEmpty() ? upper(i.help()) : i.help()));
        line(start + i.name() + ": []");
        each(i.entries(), indent, "- ");
      }
      case Named n -> {
        gap(indent);
        line("# " + upper(n.help()));
        line(n.name() + ": {}");
        line("#   " + n.sample() + ":");
        n.entries().forEach(e -> example(e, indent + "    ", "# "));
      }
    }
  }

  /** The keys of one item of a list, behind comment signs. */
  private void each(List<Entry> entries, String indent, String dash) {
    String lead = dash;
    for (Entry e : entries) {
      int from = out.length();
      example(e, indent + "    ", "# ");
      String first = "# " + indent + "    ";
      if (!lead.isBlank()) {
        out.replace(from, from + first.length(), "# " + indent + "  " + lead);
      }
      lead = "";
    }
  }

  private void exampleKey(Setting k, String start, String comment) {
    String standard = k.standard();
    boolean given = standard != null || k.required();
    String value = standard == null ? k.sample() : standard;
    String text = (given || !comment.isEmpty() ? start : "# " + start) + k.name() + ": " + value;
    String help = k.help() + choices(k);
    gap(start);
    line(text + " ".repeat(Math.max(3, HELP_COLUMN - text.length())) + "# " + help);
  }

  private static String choices(Setting k) {
    return k.kind().choices().size() > 1 && !k.kind().equals(Kind.BOOL)
        ? " (" + String.join(" | ", k.kind().choices()) + ")"
        : "";
  }

  private void gap(String indent) {
    if (indent.isEmpty()) {
      line("");
    }
  }

  private static String upper(String text) {
    return Character.toUpperCase(text.charAt(0)) + text.substring(1) + ".";
  }

  /** The text of {@code docs/reference/configuration.md}. */
  public static String markdown() {
    ConfigReference r = new ConfigReference();
    r.line("# Configuration");
    r.line("");
    r.line(
        "<!-- Made from the code by ReferenceTest; run ./mvnw test -Dferry.write-reference=true. -->");
    r.line("");
    r.line(
        """
        Ferry reads `config.yaml` in the folder where it is started, the file that `-c` names, or the
        YAML text in the environment variable `FERRY_CONFIG`. `config.example.yaml` shows every key.
        Where no disk outlives a start, `FERRY_REGISTRATION` holds the text of `registration.yaml`, which is
        written where that file is missing.

        - `${NAME}` and `${NAME:-default}` take the environment; `$${` is a literal `${`. A value that
          comes out empty counts as not given.
        - `DATABASE_URL` is the default of `database.url`, `PORT` replaces the port of `api.listen`.
        - Relative paths are relative to the configuration file.
        - A secret stands in the file itself, in the environment (`token: "${TOKEN}"`) or in a file of
          its own (`token_file`), never on a command line. It is never printed or logged.
        - Durations are a number and a unit: `ms`, `s`, `m`, `h`, `d`, `w`.
        - Every mistake is reported at once, with its line and the nearest valid name; the exit status
          is then 3. Warnings do not stop anything.

        | key | kind | default | what it does |
        | --- | --- | --- | --- |\
        """
            .strip());
    Schema.ROOT.entries().forEach(e -> r.row(e, ""));
    return r.out.toString();
  }

  private void row(Entry entry, String path) {
    String key = path.isEmpty() ? entry.name() : path + "." + entry.name();
    switch (entry) {
      case Setting k -> keyRow(k, key);
      case Section s -> {
        cells("**`" + key + "`**", s.optional() ? "keys, optional" : "keys", "", s.help());
        s.entries().forEach(e -> row(e, key));
      }
      case Items i -> {
        cells("**`" + key + "`**", "list", "`[]`", i.help());
        i.entries().forEach(e -> row(e, key + "[]"));
      }
      case Named n -> {
        cells("**`" + key + "`**", "names with keys", "`{}`", n.help());
        n.entries().forEach(e -> row(e, key + ".NAME"));
      }
    }
  }

  private void keyRow(Setting k, String key) {
    String kind =
        switch (k.shape()) {
          case ONE -> k.kind().expected();
          case LIST -> "list: " + k.kind().expected();
          case MAP -> "names with values: " + k.kind().expected();
        };
    String standard = k.standard();
    String shown =
        standard == null || standard.equals("null")
            ? k.required() ? "**required**" : "–"
            : "`" + standard + "`";
    cells("`" + key + "`", kind, shown, k.help());
  }

  private void cells(String... cells) {
    line("| " + String.join(" | ", cells).replace("\n", " ") + " |");
  }

  private void line(String text) {
    out.append(text.stripTrailing()).append('\n');
  }
}
