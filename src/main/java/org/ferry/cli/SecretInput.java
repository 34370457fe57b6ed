package org.ferry.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.ferry.id.Secret;
import org.jspecify.annotations.Nullable;

/** Secrets for one command: from a file, the environment or a terminal, never from an argument. */
final class SecretInput {
  private final Session session;

  SecretInput(Session session) {
    this.session = session;
  }

  /**
   * Finds a secret.
   *
   * @param file the file that an option named; null where none was
   * @param option that option
   * @param variable the variable of the environment that may hold it
   * @param what what it is, for the question
   * @throws UsageException where nobody gave it and nobody can be asked
   */
  Secret find(@Nullable Path file, String option, String variable, String what) {
    if (file != null) {
      return read(file);
    }
    String word = session.world().environment().getOrDefault(variable, "");
    if (!word.isEmpty()) {
      return Secret.of(word);
    }
    if (!session.ask().somebodyIsThere()) {
      throw new UsageException(
          "%s is needed: name a file that holds it with %s, or set %s."
              .formatted(what, option, variable));
    }
    return session
        .ask()
        .secret(what, "name a file that holds it with %s, or set %s".formatted(option, variable));
  }

  /** Whether the environment holds a secret in this variable. */
  boolean isSet(String variable) {
    return !session.world().environment().getOrDefault(variable, "").isEmpty();
  }

  /** Asks for a secret that a person may not have; empty where nobody is there to be asked. */
  Optional<Secret> ask(String what) {
    return session.ask().secretOrNone(what);
  }

  /** A file's text; line breaks that a person's editor puts behind it do not count. */
  Secret read(Path file) {
    Path whole = session.world().folder().resolve(file);
    try {
      String text = Files.readString(whole).replaceAll("[\\r\\n]+$", "");
      if (text.isEmpty()) {
        throw new UsageException(file + " is empty; write the secret into it.");
      }
      return Secret.of(text);
    } catch (CharacterCodingException e) {
      throw new UsageException(file + " is no text; name the file that holds the secret as text.");
    } catch (IOException e) {
      throw new UsageException("%s cannot be read (%s).".formatted(file, Output.unread(e)));
    }
  }
}
