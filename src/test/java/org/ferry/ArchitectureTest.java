package org.ferry;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The table of docs/development.md, "Rooms", as a test. */
@AnalyzeClasses(packages = "org.ferry", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String ROOT = "org.ferry.";

  private static final Map<String, List<String>> MAY_USE =
      Map.ofEntries(
          Map.entry("id", List.of()),
          Map.entry("model", List.of("id")),
          Map.entry("matrix", List.of("id")),
          Map.entry("source", List.of("id", "model")),
          Map.entry("crypto", List.of("id", "matrix")),
          Map.entry("live", List.of("id", "matrix", "crypto")),
          Map.entry("webhook", List.of("id")),
          Map.entry("migrate", List.of("id", "model", "source", "matrix", "crypto")),
          Map.entry(
              "store", List.of("id", "model", "source", "migrate", "live", "webhook", "crypto")),
          Map.entry("web", List.of("id", "matrix", "migrate", "live", "crypto", "webhook")),
          Map.entry(
              "config",
              List.of("id", "matrix", "crypto", "migrate", "live", "webhook", "store", "web")),
          Map.entry("checkup", List.of("id", "matrix", "migrate", "webhook", "config")),
          Map.entry("report", List.of("id", "source", "migrate")),
          Map.entry("lab", List.of("id", "store")),
          Map.entry(
              "app",
              List.of(
                  "id", "model", "matrix", "source", "crypto", "live", "webhook", "migrate",
                  "store", "web", "config", "checkup", "lab")),
          Map.entry(
              "cli",
              List.of(
                  "id", "app", "config", "checkup", "crypto", "migrate", "webhook", "report",
                  "source")));

  @ArchTest
  void everyPackageUsesOnlyWhatTheTableAllows(JavaClasses classes) {
    assertThat(classes.getPackage("org.ferry").getSubpackages())
        .allSatisfy(p -> assertThat(MAY_USE).containsKey(p.getRelativeName()));
    MAY_USE.forEach((from, to) ->
        classes()
            .that()
            .resideInAPackage(ROOT + from + "..")
            .should()
            .onlyDependOnClassesThat(allowed(from, to))
            .allowEmptyShould(true)
            .check(classes));
  }

  @Test
  void thePageForDevelopersHasTheSameTable() throws IOException {
    String page = Files.readString(Path.of("docs/development.md"));
    Map<String, List<String>> written = new HashMap<>();
    Pattern.compile("(?m)^\\| `([a-z]+)` \\|.*\\| ([^|]+) \\|$")
        .matcher(page)
        .results()
        .forEach(row ->
            written.put(
                row.group(1),
                Pattern.compile("`([a-z]+)`")
                    .matcher(row.group(2))
                    .results()
                    .map(m -> m.group(1))
                    .toList()));
    assertThat(written).containsExactlyInAnyOrderEntriesOf(MAY_USE);
  }

  private static DescribedPredicate<JavaClass> allowed(String from, List<String> to) {
    return DescribedPredicate.describe(
        "are allowed for " + from + ": " + to,
        c -> {
          String p = c.getPackageName();
          return !p.startsWith(ROOT) || in(p, from) || to.stream().anyMatch(t -> in(p, t));
        });
  }

  private static boolean in(String pkg, String slice) {
    return pkg.equals(ROOT + slice) || pkg.startsWith(ROOT + slice + ".");
  }

  @ArchTest
  void onlyStoreTalksSql(JavaClasses classes) {
    noClasses()
        .that()
        .resideOutsideOfPackages("org.ferry.store..", "org.ferry.lab..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.vertx.sqlclient..", "java.sql..", "org.postgresql..")
        .allowEmptyShould(true)
        .check(classes);
  }

  @ArchTest
  void onlyTheBindingTouchesJna(JavaClasses classes) {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.ferry.crypto.vodozemac")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.sun.jna..")
        .check(classes);
  }

  @ArchTest
  void freeOfCycles(JavaClasses classes) {
    slices().matching("org.ferry.(*)..").should().beFreeOfCycles().check(classes);
  }

  @ArchTest
  void everyPackageIsNullMarked(JavaClasses classes) {
    assertThat(classes.getPackage("org.ferry").getSubpackagesInTree())
        .isNotEmpty()
        .filteredOn(p -> !p.getClasses().isEmpty())
        .allSatisfy(p -> assertThat(p.isAnnotatedWith(NullMarked.class)).as(p.getName()).isTrue());
  }

  /** A test class whose name the runners' patterns miss would silently not run. */
  @Test
  void everyTestClassIsFoundByItsName() {
    var tests =
        new ClassFileImporter()
            .withImportOption(new ImportOption.OnlyIncludeTests())
            .importPackages("org.ferry");
    assertThat(tests)
        .filteredOn(c -> c.getMethods().stream().anyMatch(m -> m.isAnnotatedWith(Test.class)))
        .filteredOn(
            c -> !c.getModifiers().contains(com.tngtech.archunit.core.domain.JavaModifier.ABSTRACT))
        .isNotEmpty()
        .allSatisfy(c -> assertThat(c.getSimpleName()).matches(".*(Test|IT)"));
  }
}
