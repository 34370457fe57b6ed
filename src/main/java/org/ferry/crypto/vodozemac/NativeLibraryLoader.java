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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes libvodozemac out of the jar, loads it and binds {@link NativeApi} to it. */
final class NativeLibraryLoader {
  private static final Pattern CAPITAL = Pattern.compile("[A-Z]");
  private static final Pattern VERSION = Pattern.compile("vodozemac-(\\d+\\.\\d+\\.\\d+)");
  private static final String ELSEWHERE =
      "Name a folder that this user may write to and that allows programs to run, with"
          + " FERRY_JAVA_OPTS=-Djna.tmpdir=/some/folder.";

  private NativeLibraryLoader() {}

  /**
   * Loads and binds.
   *
   * @throws CryptoException.Unavailable with the system, the file and the remedy
   */
  static void load() {
    String resource = resource();
    try {
      loadFrom(resource);
    } catch (IOException | LinkageError e) {
      throw new CryptoException.Unavailable(explain(resource, e));
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

  static String system() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    return (os.startsWith("windows")
            ? "win32"
            : os.startsWith("mac") ? "darwin" : os.replace(" ", ""))
        + "-"
        + switch (arch) {
          case "amd64", "x86_64", "x64" -> "x86-64";
          case "arm64" -> "aarch64";
          default -> arch;
        };
  }

  private static String resource() {
    String system = system();
    String file =
        "/natives/"
            + system
            + "/"
            + (system.startsWith("win32") ? "" : "lib")
            + "vodozemac"
            + (system.startsWith("win32")
                ? ".dll"
                : system.startsWith("darwin") ? ".dylib" : ".so");
    if (NativeLibraryLoader.class.getResource(file) == null) {
      throw new CryptoException.Unavailable(
          "Encryption does not work on "
              + system
              + ": this ferry.jar holds no "
              + file
              + ". Run Ferry on Linux with glibc (x86-64 or ARM64), macOS or 64-bit Windows.");
    }
    return file;
  }

  private static String explain(String resource, Throwable cause) {
    String why = String.valueOf(cause.getMessage()).lines().findFirst().orElse("no reason given");
    return "Encryption does not work here: %s from ferry.jar could not be loaded on %s (%s). %s"
        .formatted(resource, system(), why, ELSEWHERE);
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
