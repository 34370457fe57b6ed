package org.ferry.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher, in a project of its own whose build is a script that copies a jar. */
class LauncherTest {
  private static final Map<String, String> NO_JAVA = Map.of("JAVA_HOME", "", "PATH", "/nowhere");

  @TempDir Path temp;
  private Path project;
  private Path elsewhere;

  /** What the jar of these tests does: says where it is and what it was told. */
  static final class Echo {
    private Echo() {}

    public static void main(String[] args) {
      System.out.println(Path.of("").toAbsolutePath() + " " + List.of(args));
    }
  }

  @BeforeEach
  void makeProject() throws IOException {
    project = Files.createDirectories(temp.resolve("a project"));
    elsewhere = Files.createDirectories(temp.resolve("elsewhere"));
    Files.createDirectories(project.resolve("config"));
    Files.createDirectories(project.resolve("src/main"));
    Files.createFile(project.resolve("pom.xml"));
    copy("ferry");
    copy("config/find-jdk.sh");
    jar(project.resolve("made.jar"));
    build(
        """
        #!/bin/sh
        echo built >> builds
        sleep 0.2
        mkdir -p target/classes && cp made.jar target/ferry.jar
        """);
  }

  private void copy(String file) throws IOException {
    Files.copy(Path.of(file), project.resolve(file), StandardCopyOption.COPY_ATTRIBUTES);
  }

  private void build(String script) throws IOException {
    Path mvnw = project.resolve("mvnw");
    Files.writeString(mvnw, script);
    assertThat(mvnw.toFile().setExecutable(true)).isTrue();
  }

  private static void jar(Path file) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().putValue(Attributes.Name.MANIFEST_VERSION.toString(), "1.0");
    manifest
        .getMainAttributes()
        .putValue(Attributes.Name.MAIN_CLASS.toString(), Echo.class.getName());
    String entry = Echo.class.getName().replace('.', '/') + ".class";
    try (OutputStream out = Files.newOutputStream(file);
        JarOutputStream jar = new JarOutputStream(out, manifest);
        var source = Echo.class.getResourceAsStream("/" + entry)) {
      jar.putNextEntry(new JarEntry(entry));
      jar.write(Objects.requireNonNull(source).readAllBytes());
    }
  }

  private Process start(Map<String, String> environment, Path program, String... arguments)
      throws IOException {
    List<String> line = new ArrayList<>(List.of("/bin/sh", program.toString()));
    line.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(line).directory(elsewhere.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().putAll(environment);
    return builder.start();
  }

  private CommandRun launch(Map<String, String> environment, Path program, String... arguments)
      throws Exception {
    Process process = start(environment, program, arguments);
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return new CommandRun(process.exitValue(), out, err);
  }

  private CommandRun launch(String... arguments) throws Exception {
    return launch(Map.of(), project.resolve("ferry"), arguments);
  }

  private List<String> builds() throws IOException {
    Path builds = project.resolve("builds");
    return Files.exists(builds) ? Files.readAllLines(builds) : List.of();
  }

  private void touch(String file) throws IOException {
    Path path = project.resolve(file);
    Files.setLastModifiedTime(path, FileTime.from(Instant.now().plusSeconds(2)));
  }

  @Test
  void buildsOnceAndStaysInTheCallersFolder() throws Exception {
    CommandRun first = launch("a b", "--c=d");
    assertThat(first.status()).as(first.err()).isZero();
    assertThat(first.out()).isEqualTo(elsewhere.toRealPath() + " [a b, --c=d]\n");
    assertThat(first.err()).contains("building the jar").hasLineCount(1);
    CommandRun second = launch("x");
    assertThat(second.err()).isEmpty();
    assertThat(builds()).hasSize(1);
  }

  @Test
  void buildsAgainWhereASourceIsNewer() throws Exception {
    assertThat(launch().status()).isZero();
    Files.writeString(project.resolve("src/main/New.java"), "");
    touch("src/main/New.java");
    CommandRun run = launch();
    assertThat(run.err()).contains("sources are newer");
    assertThat(builds()).hasSize(2);
  }

  @Test
  void buildsOnceForTwoCallsAtOnce() throws Exception {
    List<Process> calls = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      calls.add(start(Map.of(), project.resolve("ferry"), "n"));
    }
    for (Process call : calls) {
      assertThat(call.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(call.exitValue()).isZero();
    }
    assertThat(builds()).hasSize(1);
  }

  @Test
  void showsWhatAFailedBuildSaid() throws Exception {
    build("#!/bin/sh\necho 'cannot find symbol: Boat'\nexit 1\n");
    CommandRun run = launch();
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("cannot find symbol: Boat", "the build failed");
  }

  @Test
  void worksThroughALink() throws Exception {
    Path link = elsewhere.resolve("ferry");
    Files.createSymbolicLink(link, Path.of("../a project/ferry"));
    CommandRun run = launch(Map.of(), link, "x");
    assertThat(run.out()).isEqualTo(elsewhere.toRealPath() + " [x]\n");
  }

  @Test
  void worksWithNothingButAJarBesideIt() throws Exception {
    Path lone = Files.createDirectories(temp.resolve("lone"));
    Files.copy(project.resolve("ferry"), lone.resolve("ferry"));
    assertThat(launch(Map.of(), lone.resolve("ferry")).err()).contains("ferry.jar");
    jar(lone.resolve("ferry.jar"));
    CommandRun run = launch(Map.of(), lone.resolve("ferry"), "x");
    assertThat(run.out()).as(run.err()).isEqualTo(elsewhere.toRealPath() + " [x]\n");
  }

  @Test
  void passesTheExitStatusAndTheJavaOptionsOn() throws Exception {
    CommandRun run = launch(Map.of("FERRY_JAVA_OPTS", "-Dx=y -Xmx64m"), script(), "y");
    assertThat(run.status()).as(run.err()).isZero();
    CommandRun bad = launch(Map.of("FERRY_JAVA_OPTS", "--no-such-option"), script(), "y");
    assertThat(bad.status()).isEqualTo(1);
  }

  private Path script() {
    return project.resolve("ferry");
  }

  @Test
  void passesOverAJavaThatIsTooOld() throws Exception {
    Path old = temp.resolve("jdk-17");
    Files.createDirectories(old.resolve("bin"));
    Files.writeString(old.resolve("release"), "JAVA_VERSION=\"17.0.15\"\n");
    for (String program : List.of("java", "javac")) {
      Path file = old.resolve("bin").resolve(program);
      Files.writeString(file, "#!/bin/sh\necho old >&2\nexit 9\n");
      assertThat(file.toFile().setExecutable(true)).isTrue();
    }
    String path = System.getProperty("java.home") + "/bin:" + System.getenv("PATH");
    CommandRun run = launch(Map.of("JAVA_HOME", old.toString(), "PATH", path), script(), "y");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.err()).doesNotContain("old");
  }

  @Test
  void saysTheRemedyWhereThereIsNoJava() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                "/bin/sh",
                "-c",
                ". ./config/find-jdk.sh; ferry_java_elsewhere() { :; }; find_java jdk")
            .directory(project.toFile())
            .redirectErrorStream(true);
    builder.environment().putAll(NO_JAVA);
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isEqualTo(1);
    assertThat(said)
        .hasLineCount(1)
        .contains("No Java 21 or newer was found", "apt install openjdk-21", "JAVA_HOME");
  }
}
