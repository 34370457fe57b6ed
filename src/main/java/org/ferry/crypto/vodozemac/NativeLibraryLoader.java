package org.ferry.crypto.vodozemac;

import com.sun.jna.FunctionMapper;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes libvodozemac out of the jar, loads it and binds {@link NativeApi} to it. */
final class NativeLibraryLoader {
  private static final Pattern CAPITAL = Pattern.compile("[A-Z]");
  private static final Pattern VERSION = Pattern.compile("vodozemac-(\\d+\\.\\d+\\.\\d+)");
  private static final String ELSEWHERE =
      "Name a folder that this user may write to and that allows programs to run, with"
          + " FERRY_JAVA_OPTS=-Djna.tmpdir=/some/folder.";

  private static final int LONGEST_REASON = 200;

  private NativeLibraryLoader() {}

  /**
   * Loads and binds.
   *
   * @return empty, or why it cannot be: the system, the file and the remedy
   */
  static Optional<String> load() {
    String resource = resource();
    if (NativeLibraryLoader.class.getResource(resource) == null) {
      return Optional.of(missing(resource));
    }
    try {
      loadFrom(resource);
      return Optional.empty();
    } catch (IOException | LinkageError e) {
      return Optional.of(explain(resource, e));
    }
  }

  private static void loadFrom(String resource) throws IOException {
    ClassLoader jar = NativeLibraryLoader.class.getClassLoader();
    File file = Native.extractFromResourcePath(resource, jar);
    try {
      FunctionMapper names = (library, method) -> symbol(method);
      NativeLibrary library =
          NativeLibrary.getInstance(
              file.getAbsolutePath(), Map.of(Library.OPTION_FUNCTION_MAPPER, names));
      Native.register(NativeApi.class, library);
    } finally {
      // A loaded library needs its file no more, except on Windows, where JNA removes it later.
      if (!Platform.isWindows() && !file.delete()) {
        file.deleteOnExit();
      }
    }
  }

  private static String symbol(Method method) {
    String name = CAPITAL.matcher(method.getName()).replaceAll(m -> "_" + m.group());
    String lower = name.toLowerCase(Locale.ROOT).replace("version1", "version_1");
    return lower.equals("dealloc") ? lower : "vodozemac_" + lower;
  }

  private static String system() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    return system(os) + "-" + architecture(arch);
  }

  private static String system(String os) {
    if (os.startsWith("windows")) {
      return "win32";
    }
    return os.startsWith("mac") ? "darwin" : os.replace(" ", "");
  }

  private static String architecture(String arch) {
    return switch (arch) {
      case "amd64", "x86_64", "x64" -> "x86-64";
      case "arm64" -> "aarch64";
      default -> arch;
    };
  }

  private static String resource() {
    String system = system();
    String name =
        system.startsWith("win32")
            ? "vodozemac.dll"
            : "libvodozemac" + (system.startsWith("darwin") ? ".dylib" : ".so");
    return "/natives/" + system + "/" + name;
  }

  private static String missing(String resource) {
    return "Encryption does not work on "
        + system()
        + ": ferry.jar holds no "
        + resource
        + ". Run Ferry on Linux with glibc (x86-64 or ARM64), macOS or 64-bit Windows.";
  }

  private static String explain(String resource, Throwable cause) {
    String why = String.valueOf(cause.getMessage()).lines().findFirst().orElse("no reason given");
    // JNA quotes the whole class path where it finds no file.
    String brief = why.length() > LONGEST_REASON ? why.substring(0, LONGEST_REASON) + "…" : why;
    return "Encryption does not work here: %s from ferry.jar could not be loaded on %s (%s). %s"
        .formatted(resource, system(), brief, ELSEWHERE);
  }

  /** The version of the library as its own file tells it, or {@code unknown}. */
  static String version() {
    try (InputStream in = NativeLibraryLoader.class.getResourceAsStream(resource())) {
      if (in == null) {
        return "unknown";
      }
      Matcher found = VERSION.matcher(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
      return found.find() ? found.group(1) : "unknown";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
