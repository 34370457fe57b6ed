package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.UserId;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.rewrite.Origin;
import org.jspecify.annotations.Nullable;

/**
 * Tells the marks that Ferry put into events from those that people's clients copy, with what
 * somebody forwards, and with state of which they change a part. Ferry writes at the time of the
 * source's event, and a person at their own.
 */
public final class Marks {
  private static final long LATEST = (1L << 53) - 1;

  private final Origin origin;
  private final Predicate<String> crew;
  private final @Nullable Instant newest;

  /**
   * Marks of one crossing.
   *
   * @param voyage the crossing
   * @param crew true for users as whom nobody but Ferry acts
   */
  public Marks(Voyage voyage, Predicate<String> crew) {
    this.origin = voyage.origin();
    this.crew = crew;
    this.newest = voyage.source().info().latestEvent();
  }

  /** Marks of one crossing, whose users are those of its plan. */
  static Marks of(Voyage voyage) {
    Set<String> crew =
        Stream.concat(
                Stream.of(voyage.options().bot()),
                voyage.plan().people().stream()
                    .filter(p -> p.action() == Plan.PersonAction.GHOST)
                    .flatMap(p -> Optional.ofNullable(p.target()).stream()))
            .map(UserId::value)
            .collect(Collectors.toSet());
    return new Marks(voyage, crew::contains);
  }

  /**
   * Whether an event bears a mark that Ferry put there.
   *
   * @param event an event of the destination, with its sender and time
   */
  public boolean isOurs(JsonNode event) {
    return bears(event) && !isCopied(event);
  }

  /**
   * Whether an event bears a mark that somebody's client copied.
   *
   * @param event an event of the destination, with its sender and time
   */
  public boolean isCopied(JsonNode event) {
    if (crew.test(event.path("sender").asText(""))
        || event.path("type").asText("").equals("m.room.create")
        || !bears(event)) {
      return false;
    }
    long ts = event.path("origin_server_ts").asLong();
    JsonNode marked = event.path("content").path(Origin.KEY).path("ts");
    if (marked.isIntegralNumber() && marked.asLong() >= 0 && marked.asLong() <= LATEST) {
      return marked.asLong() != ts;
    }
    // A keyed mark, and a helper's, names no time.
    return newest != null && ts > newest.toEpochMilli();
  }

  private boolean bears(JsonNode event) {
    JsonNode content = event.path("content");
    return Origin.isHelper(content) || origin.word(content).isPresent();
  }
}
