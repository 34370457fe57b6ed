package org.ferry.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Objects;
import org.ferry.id.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseUrlTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgres://ferry:s3cret@db.example:6543/ledger?sslmode=require",
        "postgresql://ferry:s3cret@db.example:6543/ledger?sslmode=require&channel_binding=prefer",
        "jdbc:postgresql://db.example:6543/ledger?user=ferry&password=s3cret&ssl=true",
        "  postgres://ferry:s3cret@db.example:6543/ledger?sslmode=require\n"
      })
  void readsEveryUsualForm(String text) {
    assertThat(DatabaseUrl.parse(text))
        .isEqualTo(
            new DatabaseUrl(
                "db.example", 6543, "ledger", "ferry", Secret.of("s3cret"), TlsMode.REQUIRE, null));
  }

  @Test
  void decodesWhatIsPercentEncoded() {
    DatabaseUrl url = DatabaseUrl.parse("postgres://us%40er:p%2F%3A%25+%23w@h/d%20b");
    assertThat(url.user()).isEqualTo("us@er");
    assertThat(Objects.requireNonNull(url.password()).reveal()).isEqualTo("p/:%+#w");
    assertThat(url.database()).isEqualTo("d b");
  }

  @Test
  void fillsInWhatIsLeftOut() {
    DatabaseUrl url = DatabaseUrl.parse("postgres://ferry@/");
    assertThat(url)
        .isEqualTo(
            new DatabaseUrl("localhost", 5432, "ferry", "ferry", null, TlsMode.PREFER, null));
  }

  @Test
  void readsAddressesOfVersionSix() {
    DatabaseUrl url = DatabaseUrl.parse("postgres://ferry:x@[::1]:7000/d");
    assertThat(url.host()).isEqualTo("::1");
    assertThat(url.port()).isEqualTo(7000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgres://ferry:x@/d?host=/run/postgresql&port=5433",
        "postgres://ferry:x@%2Frun%2Fpostgresql:5433/d"
      })
  void readsUnixSockets(String text) {
    DatabaseUrl url = DatabaseUrl.parse(text);
    assertThat(url.isSocket()).isTrue();
    assertThat(url.socketFile()).isEqualTo("/run/postgresql/.s.PGSQL.5433");
  }

  /** People forget the host, and write characters that end a password early. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgres://ferry:hunter2/ferry",
        "postgres://ferry:hun@t/er2@db.example:5432/ferry",
        "postgres://ferry:hun?ter2@db.example/ferry",
        "postgres://ferry:hun@t?er2@db.example/ferry",
        "postgres://ferry:hun#t/er2@db.example/ferry"
      })
  void neverTellsAPasswordThatIsWrittenWrong(String text) {
    assertThatThrownBy(() -> DatabaseUrl.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("@")
        .hasMessageNotContainingAny("hun", "er2");
  }

  @Test
  void readsTheCertificatesToTrust() {
    DatabaseUrl url =
        DatabaseUrl.parse("postgres://f:x@h/d?sslmode=verify-full&sslrootcert=/etc/ca.pem");
    assertThat(url.tls()).isEqualTo(TlsMode.VERIFY_FULL);
    assertThat(url.rootCertificate()).isEqualTo("/etc/ca.pem");
    assertThat(DatabaseUrl.parse("postgres://f@h/d?sslrootcert=system").rootCertificate()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mysql://ferry:s3cret@h/d",
        "s3cret",
        "",
        "postgres://ferry:s3cret@h:99999/d",
        "postgres://ferry:s3cret@h:port/d",
        "postgres://ferry:s3cret%@h/d",
        "postgres://ferry:s3c/ret@h/d",
        "postgres://ferry:s3cret@h/d?sslmode=sometimes",
        "postgres://ferry:s3cret@one:1,two:2/d"
      })
  void refusesTheRestWithoutTellingThePassword(String text) {
    assertThatThrownBy(() -> DatabaseUrl.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .satisfies(e -> assertThat(e.getMessage()).isNotBlank().doesNotContain("s3c"));
  }

  @Test
  void neverPrintsThePassword() {
    var options = DatabaseOptions.of("postgres://ferry:s3cret@h/d", 20);
    assertThat(options.toString() + options.url().label()).doesNotContain("s3cret");
  }

  @Test
  void refusesPoolsOfNoUse() {
    assertThatThrownBy(() -> DatabaseOptions.of("postgres://f@h/d", 0))
        .hasMessageContaining("pool_size");
  }
}
