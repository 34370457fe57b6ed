package org.ferry.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.pgclient.PgException;
import java.net.ConnectException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.ferry.migrate.LedgerException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PatienceTest {
  private static final DatabaseUrl URL = DatabaseUrl.parse("postgres://ferry:s3cret@h/d");
  private final List<String> notices = new ArrayList<>();

  private Patience patience(Duration limit) {
    return new Patience(URL, limit, notices::add, Rescue.NONE);
  }

  @Test
  void waitsForALostConnectionAndTellsOnce() {
    AtomicInteger tries = new AtomicInteger();
    int result =
        patience(Duration.ofMinutes(1))
            .until(() -> {
              if (tries.incrementAndGet() < 4) {
                throw new ConnectException("refused");
              }
              return tries.get();
            });
    assertThat(result).isEqualTo(4);
    assertThat(notices).hasSize(2);
    assertThat(notices.getFirst()).contains("lost").contains("refused");
    assertThat(notices.getLast()).contains("back");
  }

  @Test
  void aServerOfFerrysOwnIsBroughtBackAndOnlyASecondLossIsTold() {
    AtomicInteger tries = new AtomicInteger();
    AtomicInteger rescues = new AtomicInteger();
    Patience own =
        new Patience(URL, Duration.ofMinutes(1), notices::add, () -> rescues.incrementAndGet() > 0);
    int first =
        own.until(() -> {
          if (tries.incrementAndGet() == 1) {
            throw new ConnectException("refused");
          }
          return tries.get();
        });
    assertThat(first).isEqualTo(2);
    assertThat(rescues).hasValue(1);
    assertThat(notices).isEmpty();
    int later =
        own.until(() -> {
          if (tries.incrementAndGet() < 5) {
            throw new ConnectException("refused");
          }
          return tries.get();
        });
    assertThat(later).isEqualTo(5);
    assertThat(notices).hasSize(2);
  }

  @Test
  void aServerThatCannotBeBroughtBackEndsTheWaitWithItsSentence() {
    Patience own =
        new Patience(
            URL,
            Duration.ofMinutes(1),
            notices::add,
            () -> {
              throw new IllegalStateException("no disk; make room");
            });
    assertThatThrownBy(() ->
            own.until(() -> {
              throw new ConnectException("refused");
            }))
        .isInstanceOf(LedgerException.class)
        .hasMessage("no disk; make room");
    assertThat(notices).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"40001", "40P01"})
  void repeatsConflictsInSilence(String state) {
    AtomicInteger tries = new AtomicInteger();
    int result =
        patience(Duration.ofMinutes(1))
            .until(() -> {
              if (tries.incrementAndGet() == 1) {
                throw new PgException("in the way", "ERROR", state, "");
              }
              return tries.get();
            });
    assertThat(result).isEqualTo(2);
    assertThat(notices).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "57P01, Start it",
    "08006, Start it",
    "53100, disk space",
    "25006, primary",
    "28P01, password",
    "3D000, database name",
    "42501, GRANT"
  })
  void saysTheRemedyWhenPatienceEnds(String state, String remedy) {
    assertThatThrownBy(() ->
            patience(Duration.ZERO)
                .until(() -> {
                  throw new SQLException("said the server", state);
                }))
        .isInstanceOf(LedgerException.class)
        .hasMessageContaining("d on h:5432")
        .hasMessageContaining("said the server")
        .hasMessageContaining(remedy)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("s3cret"));
  }

  @Test
  void doesNotRepeatWhatCannotPass() {
    AtomicInteger tries = new AtomicInteger();
    assertThatThrownBy(() ->
            patience(Duration.ofMinutes(1))
                .until(() -> {
                  tries.incrementAndGet();
                  throw new PgException("no such table", "ERROR", "42P01", "");
                }))
        .isInstanceOf(LedgerException.class);
    assertThat(tries).hasValue(1);
  }

  @Test
  void endsWhenInterrupted() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() ->
            patience(Duration.ofMinutes(1))
                .until(() -> {
                  throw new ConnectException("refused");
                }))
        .isInstanceOf(LedgerException.class)
        .hasMessageContaining("stopped");
    assertThat(Thread.interrupted()).isTrue();
  }
}
