package org.ferry.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.ferry.id.Secret;
import org.jspecify.annotations.Nullable;

/** Questions to a person: on standard error, answered on a terminal, and only there. */
final class Ask {
  private static final Set<String> YES = Set.of("y", "yes", "o", "oui", "j", "ja");

  private final World world;
  private @Nullable BufferedReader reader;

  Ask(World world) {
    this.world = world;
  }

  /** Whether somebody is there to answer. */
  boolean somebodyIsThere() {
    return world.terminal().in();
  }

  /**
   * Asks for a yes.
   *
   * @param question without question mark, such as {@code Carry all of this now}
   * @param yes whether the command line has answered it
   * @return true for yes; anything but a clear yes is a no
   * @throws UsageException where nobody can answer
   */
  boolean confirm(String question, boolean yes) {
    if (yes) {
      return true;
    }
    String answer = line(question + "? [y/N] ", question + "?", "use --yes");
    return YES.contains(answer.strip().toLowerCase(Locale.ROOT));
  }

  /**
   * Asks for a text.
   *
   * @param question what is asked
   * @param standard the answer that an empty line gives; null where there is none
   * @param flag the option that answers it on the command line
   * @return the answer, not empty
   * @throws UsageException where nobody can answer
   */
  String text(String question, @Nullable String standard, String flag) {
    while (true) {
      String prompt = question + (standard == null ? ": " : " [" + standard + "]: ");
      String answer = line(prompt, question + "?", "use " + flag).strip();
      if (!answer.isEmpty()) {
        return answer;
      }
      if (standard != null) {
        return standard;
      }
    }
  }

  /**
   * Asks for a secret, which does not show while it is typed.
   *
   * @param question what is asked
   * @param remedy what to do where nobody can answer
   * @throws UsageException where nobody can answer
   */
  Secret secret(String question, String remedy) {
    while (true) {
      String answer =
          somebodyIsThere()
              ? hidden(question).orElseThrow(() -> unanswered(question + "?", remedy))
              : line(question + ": ", question + "?", remedy);
      if (!answer.isEmpty()) {
        return Secret.of(answer);
      }
    }
  }

  /** What is typed without showing; empty at the end of the input. */
  private Optional<String> hidden(String question) {
    return Optional.ofNullable(System.console())
        .flatMap(console -> Optional.ofNullable(console.readPassword("%s: ", question)))
        .map(String::new);
  }

  private String line(String prompt, String question, String remedy) {
    if (!somebodyIsThere()) {
      throw unanswered(question, remedy);
    }
    world.err().print(prompt);
    world.err().flush();
    try {
      String answer = reader().readLine();
      if (answer == null) {
        world.err().println();
        throw unanswered(question, remedy);
      }
      return answer;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private BufferedReader reader() {
    BufferedReader open = reader;
    if (open == null) {
      open = new BufferedReader(new InputStreamReader(world.in(), Charset.defaultCharset()));
      reader = open;
    }
    return open;
  }

  private static UsageException unanswered(String question, String remedy) {
    return new UsageException(
        "a question nobody could answer: " + question + " There is no terminal; " + remedy + ".");
  }
}
