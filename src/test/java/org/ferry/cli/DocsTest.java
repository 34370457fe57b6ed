package org.ferry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** The pages that people read: their links lead somewhere, their commands exist. */
class DocsTest {
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)|href=\"([^\"]+)\"");
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} (.+)$");
  private static final Pattern FENCE = Pattern.compile("(?ms)^```[^\\n]*\\n(.*?)^```$");
  private static final Pattern SHELL = Pattern.compile("(?ms)^```sh\\n(.*?)^```$");
  private static final Pattern FERRY =
      Pattern.compile("(?m)^(?:sudo -u ferry )?(?:\\S*/)?ferry(?: (.*))?$");
  private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");

  /** Something from the root, where it is not the rest of a longer word, a link or a tag. */
  private static final Pattern FROM_ROOT = Pattern.compile("(?<![\\w./:\\])}$~*<…-])/\\w[\\w.-]*");

  private static final Pattern ENDPOINT =
      Pattern.compile("(?m)^\\| `(?:GET|PUT|POST|DELETE) (/[\\w.-]+)");

  /** Hosts, with what is before them or without it. */
  private static final Pattern HOST =
      Pattern.compile(
          "https?://([\\w.-]+)|(?<![\\w.-])(\\w[\\w-]*(?:\\.[\\w-]+)*\\.(?:com|dev|io|net|org))\\b");

  /** Folders that mean the same on every machine. */
  private static final Set<String> COMMON =
      Set.of("/opt", "/srv", "/usr", "/var", "/etc", "/dev", "/data");

  /** What else begins with a slash: addresses, words for a client, a folder in a container. */
  private static final Set<String> SPOKEN =
      Set.of(
          "/_matrix",
          "/sync",
          "/devices",
          "/join",
          "/api",
          "/metrics",
          "/invite",
          "/kick",
          "/op",
          "/old");

  /** Names for examples, this machine, and whom the pages point at. */
  private static final Pattern NAMED =
      Pattern.compile(
          "(.+\\.)?example(\\.(com|net|org))?|localhost\\.?|127\\.0\\.0\\.1|matrix\\.to|semver\\.org|www\\.standardwebhooks\\.com");

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path page : pages()) {
      for (String link : links(Files.readString(page))) {
        if (!link.contains(":") && !leads(page, link)) {
          broken.add(page + ": " + link);
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  @Test
  void everyCommandIsInTheReference() throws IOException {
    String reference = Files.readString(Path.of("docs/reference/commands.md"));
    assertThat(line().getSubcommands().keySet())
        .isNotEmpty()
        .allSatisfy(command -> assertThat(reference).contains("\n## ferry " + command + "\n"));
  }

  @Test
  void everyFerryCommandOfThePagesCanBeTyped() throws IOException {
    List<String> wrong = new ArrayList<>();
    int seen = 0;
    for (Path page : pages()) {
      for (String typed : commands(Files.readString(page))) {
        seen++;
        try {
          var unused = line().parseArgs(words(typed));
        } catch (ParameterException e) {
          wrong.add("%s: ferry %s: %s".formatted(page, typed, e.getMessage()));
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(seen).isGreaterThan(20);
  }

  @Test
  void pathsFromTheRootAreThoseOfEveryMachine() throws IOException {
    Set<String> known = new TreeSet<>(COMMON);
    known.addAll(SPOKEN);
    known.addAll(endpoints());
    List<String> seen = new ArrayList<>();
    for (Path page : pages()) {
      String text = Files.readString(page);
      assertThat(text).as(page.toString()).doesNotContain(placesOfThisMachine());
      FROM_ROOT.matcher(text).results().map(MatchResult::group).forEach(seen::add);
    }
    assertThat(seen).contains("/etc", "/_matrix").isSubsetOf(known);
  }

  @Test
  void hostsAreThoseThatThePagesMayName() throws IOException {
    List<String> seen = new ArrayList<>();
    for (Path page : pages()) {
      HOST.matcher(Files.readString(page))
          .results()
          .map(m -> m.group(1) == null ? m.group(2) : m.group(1))
          .forEach(seen::add);
    }
    assertThat(seen).contains("127.0.0.1", "new.example.org");
    assertThat(seen).filteredOn(NAMED.asMatchPredicate().negate()).isEmpty();
  }

  /** The first parts of the paths that the page on the API lists. */
  private static List<String> endpoints() throws IOException {
    return ENDPOINT
        .matcher(Files.readString(Path.of("docs/reference/api.md")))
        .results()
        .map(m -> m.group(1))
        .toList();
  }

  /** Where this build's user, its temporary files and its sources are. */
  private static List<String> placesOfThisMachine() {
    Stream<Path> folders =
        Stream.of(
            Path.of(System.getProperty("user.home")),
            Path.of(System.getProperty("java.io.tmpdir")),
            Path.of("").toAbsolutePath());
    return folders
        .flatMap(f -> Stream.of(f + "/", "/" + f.getName(0) + "/"))
        .distinct()
        .filter(f -> !COMMON.contains(f.replaceFirst("/$", "")))
        .toList();
  }

  private static CommandLine line() {
    return Commands.line(World.real(), new Stop());
  }

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(Path.of("README.md"), Path.of("CHANGELOG.md")));
    try (Stream<Path> docs = Files.walk(Path.of("docs"))) {
      docs.filter(p -> p.toString().endsWith(".md")).forEach(pages::add);
    }
    return pages;
  }

  private static List<String> links(String text) {
    return LINK.matcher(FENCE.matcher(text).replaceAll(""))
        .results()
        .map(m -> m.group(1) == null ? m.group(2) : m.group(1))
        .toList();
  }

  private static boolean leads(Path page, String link) throws IOException {
    String[] parts = link.split("#", 2);
    Path folder = page.toAbsolutePath().getParent();
    Path target = parts[0].isEmpty() || folder == null ? page : folder.resolve(parts[0]);
    if (!Files.isRegularFile(target)) {
      return false;
    }
    return parts.length < 2 || anchors(Files.readString(target)).contains(parts[1]);
  }

  /** The anchors of headings, as the usual hosts make them. */
  private static List<String> anchors(String text) {
    return HEADING
        .matcher(FENCE.matcher(text).replaceAll(""))
        .results()
        .map(m -> m.group(1).toLowerCase(Locale.ROOT))
        .map(h -> h.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .toList();
  }

  private static List<String> commands(String text) {
    List<String> commands = new ArrayList<>();
    SHELL
        .matcher(text)
        .results()
        .map(m -> m.group(1).replace("\\\n", " "))
        .flatMap(block -> FERRY.matcher(block).results())
        .map(m -> m.group(1) == null ? "" : m.group(1))
        .forEach(commands::add);
    return commands;
  }

  private static String[] words(String typed) {
    String bare = typed.replaceFirst("\\s+#\\s.*$", "");
    return WORD.matcher(bare).results().map(DocsTest::word).toArray(String[]::new);
  }

  private static String word(MatchResult m) {
    return m.group(1) != null ? m.group(1) : m.group(2) != null ? m.group(2) : m.group(3);
  }
}
