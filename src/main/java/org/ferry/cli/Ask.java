package org.ferry.cli;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.ferry.id.Secret;
import org.jspecify.annotations.Nullable;

/** Questions to a person: on standard error, answered on a terminal, and only there. */
final class Ask {
  private static final Set<String> YES = Set.of("y", "yes", "o", "oui", "j", "ja");

  /** How soon a wish to stop is noticed while nobody types. */
  private static final long LOOK_MS = 100;

  private final World world;
  private final Stop stop;
  private @Nullable BufferedReader reader;

  Ask(World world, Stop stop) {
    this.world = world;
    this.stop = stop;
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
   * Asks for a secret, which never shows while it is typed.
   *
   * @param question what is asked
   * @param remedy what to do where nobody can answer
   * @throws UsageException where nobody can answer, or only so that it shows
   */
  Secret secret(String question, String remedy) {
    if (!somebodyIsThere()) {
      throw unanswered(question + "?", remedy);
    }
    Console console =
        console()
            .orElseThrow(() ->
                new UsageException(
                    "%s: what is typed here would show; %s.".formatted(question, remedy)));
    while (true) {
      String answer =
          hidden(console, question).orElseThrow(() -> unanswered(question + "?", remedy));
      if (!answer.isEmpty()) {
        return Secret.of(answer);
      }
    }
  }

  /**
   * Asks for a secret that a person may not have.
   *
   * @param question what is asked
   * @return empty for an empty line, and where nobody can answer, or only so that it shows
   */
  Optional<Secret> secretOrNone(String question) {
    return (somebodyIsThere() ? console() : Optional.<Console>empty())
        .flatMap(console -> hidden(console, question + " (an empty line where there is none)"))
        .filter(answer -> !answer.isEmpty())
        .map(Secret::of);
  }

  /** Java 21 has none where streams are redirected. */
  private static Optional<Console> console() {
    return Optional.ofNullable(System.console());
  }

  private Optional<String> hidden(Console console, String question) {
    return typed(() -> Optional.ofNullable(console.readPassword("%s: ", question)))
        .map(String::valueOf);
  }

  private String line(String prompt, String question, String remedy) {
    if (!somebodyIsThere()) {
      throw unanswered(question, remedy);
    }
    world.err().print(prompt);
    world.err().flush();
    Optional<String> answer = typed(() -> Optional.ofNullable(reader().readLine()));
    if (answer.isEmpty()) {
      world.err().println();
      throw unanswered(question, remedy);
    }
    return answer.get();
  }

  /** What a thread of its own reads: a terminal keeps whoever reads it, whatever wakes them. */
  private <T> Optional<T> typed(Callable<Optional<T>> reading) {
    FutureTask<Optional<T>> task = new FutureTask<>(reading);
    Thread.ofPlatform().daemon().name("answer").start(task);
    while (!stop.requested()) {
      try {
        return task.get(LOOK_MS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        // Nothing was typed yet.
      } catch (ExecutionException e) {
        throw new UncheckedIOException(new IOException("the answer cannot be read", e.getCause()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    throw new CancellationException("stopped at a question");
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
