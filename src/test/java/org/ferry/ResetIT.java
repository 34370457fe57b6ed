package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ferry.config.Registration;
import org.ferry.config.RegistrationFile;
import org.ferry.id.Secret;
import org.ferry.lab.LabClient;
import org.ferry.testing.FerryProcess.Result;
import org.ferry.testing.Workplace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * New tokens in the middle of a move: a homeserver that knows them goes on with the same ghosts.
 */
class ResetIT {
  @TempDir Path folder;

  @Test
  void newTokensAreTakenByTheHomeserverAndTheMoveGoesOnWithTheSameGhosts() throws Exception {
    try (Workplace work = Workplace.in(folder)) {
      work.configure("logging: {level: debug}");
      Result first = work.migrate("--debug", "--rooms", "#general:*").run();
      assertThat(first.status()).as(first.toString()).isZero();
      Path file = folder.resolve("registration.yaml");
      Registration before = RegistrationFile.read(file);
      String people = people(work);
      assertThat(whoami(work, before.asToken())).isEqualTo(200);
      assertThat(first.err()).contains("DEBUG");
      assertThat(first.toString())
          .doesNotContain(before.asToken().reveal(), before.hsToken().reveal(), "Bonjour");

      Result reset = work.ferry("reset", "--tokens", "--yes").run();
      assertThat(reset.status()).as(reset.toString()).isZero();
      assertThat(reset.out()).contains(file + " has two new tokens", "Hand it to the homeserver");
      Registration after = RegistrationFile.read(file);
      assertThat(after.asToken()).isNotEqualTo(before.asToken());
      assertThat(after.hsToken()).isNotEqualTo(before.hsToken());
      assertThat(after.sender()).isEqualTo(before.sender());
      assertThat(after.users()).isEqualTo(before.users());
      assertThat(after.aliases()).isEqualTo(before.aliases());
      assertThat(reset.toString())
          .doesNotContain(after.asToken().reveal(), after.hsToken().reveal());

      Result unknown = work.goOn("--rooms", "Bulk").run();
      assertThat(unknown.status()).as(unknown.toString()).isEqualTo(4);
      assertThat(unknown.err()).contains("registration.yaml");

      work.server().restart();
      assertThat(whoami(work, before.asToken())).isEqualTo(401);
      Result later = work.goOn("--rooms", "#general:*", "--rooms", "RANDOM").run();
      assertThat(later.status()).as(later.toString()).isZero();
      assertThat(people(work)).isEqualTo(people);
      assertThat(LabClient.json(work.ferry("verify", "--json").run().out()).path("rooms"))
          .filteredOn(r -> r.path("carried").asInt() > 0)
          .hasSize(2)
          .allSatisfy(r -> assertThat(r.path("difference_count").asInt()).isZero());
    }
  }

  private String people(Workplace work) throws IOException {
    Result mapping = work.ferry("mapping", "-o", "map.json").run();
    assertThat(mapping.status()).as(mapping.toString()).isZero();
    return LabClient.json(Files.readString(folder.resolve("map.json"))).path("users").toString();
  }

  private static int whoami(Workplace work, Secret token) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      URI uri = URI.create(work.server().baseUrl() + "/_matrix/client/v3/account/whoami");
      HttpRequest request =
          HttpRequest.newBuilder(uri).header("Authorization", "Bearer " + token.reveal()).build();
      return http.send(request, BodyHandlers.discarding()).statusCode();
    }
  }
}
