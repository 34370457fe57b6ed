package org.ferry.live.accounts;

import java.util.List;
import java.util.regex.Pattern;

/** {@code *} stands for anything, {@code ?} for one character; letters in any case. */
public final class Glob {
  private Glob() {}

  /** Whether a text is as one of the globs says. */
  public static boolean any(List<String> globs, String text) {
    return globs.stream().anyMatch(glob -> matches(glob, text));
  }

  private static boolean matches(String glob, String text) {
    StringBuilder regex = new StringBuilder();
    glob.codePoints()
        .forEach(c -> {
          StringBuilder unused =
              switch (c) {
                case '*' -> regex.append(".*");
                case '?' -> regex.append('.');
                default -> regex.append(Pattern.quote(Character.toString(c)));
              };
        });
    return Pattern.compile(
            regex.toString(), Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.DOTALL)
        .matcher(text)
        .matches();
  }
}
