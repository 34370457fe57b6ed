package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.StreamSupport;
import org.ferry.lab.LabClient;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.HttpFaultProxy;
import org.ferry.testing.ShortSample;
import org.ferry.testing.TestLab;
import org.ferry.testing.crossing.Landing;
import org.ferry.testing.crossing.Sample;
import org.ferry.testing.crossing.Shore;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** A crossing into a Space that was lived in is taken back, and nothing but that. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RollbackIT {
  private static final Sample SAMPLE = Sample.facts();
  private static final Shore SHORE = Shore.shared();
  private static final String BOT = "@ferrybot:" + Shore.DOMAIN;
  private static final LabClient OWNER = SHORE.server().register("keeper", TestLab.PASSWORD, false);
  private static final Landing LANDING = SHORE.landing("undone", "undone");
  private static final Map<String, JsonNode> BEFORE = new TreeMap<>();
  private static String space = "";
  private static String random = "";
  private static String bulk = "";
  private static final String PARENT = "m.space.parent";
  private static final String ALIAS = "#random:" + Shore.DOMAIN;
  private static String inUse = "";
  private static String hall = "";
  private static String village = "";
  private static String dm = "";

  private static String room(String options) {
    String room = openToAll(options);
    OWNER.membership("invite", room, BOT, "");
    return room;
  }

  /** A room into which Ferry's bot comes by itself. */
  private static String openToAll(String options) {
    String room = OWNER.createRoom(LabClient.json(options.replace('\'', '"')));
    if (!space.isEmpty()) {
      child(room);
    }
    ObjectNode levels = (ObjectNode) OWNER.state(room, "m.room.power_levels", "");
    levels.withObject("/users").put(BOT, 100);
    String unused = OWNER.setState(room, "m.room.power_levels", "", levels);
    return room;
  }

  /** A room that stands nowhere in the Space. */
  private static String outside(String options) {
    String inside = space;
    space = "";
    String room = openToAll(options);
    space = inside;
    return room;
  }

  private static void child(String room) {
    String unused =
        OWNER.setState(
            space,
            "m.space.child",
            room,
            LabClient.json("{\"via\":[\"%s\"]}".formatted(Shore.DOMAIN)));
  }

  /** State without memberships, who is in it without Ferry's bot, and what can be read. */
  private static JsonNode snapshot(String room) {
    ObjectNode snapshot = LabClient.json("{}");
    ObjectNode state = snapshot.putObject("state");
    ObjectNode members = snapshot.putObject("members");
    SHORE
        .state(room)
        .forEach((key, event) -> {
          if (!key.startsWith("m.room.member|")) {
            state.set(key, event.path("content"));
          } else if (inside(event) && !key.endsWith(BOT)) {
            members.set(key, event.path("content").path("membership"));
          }
        });
    ObjectNode messages = snapshot.putObject("messages");
    for (JsonNode event : SHORE.timeline(room)) {
      if (isVisible(event)) {
        messages.set(event.path("event_id").asText(), event.path("content"));
      }
    }
    return snapshot;
  }

  private static boolean isVisible(JsonNode event) {
    return !event.has("state_key")
        && !event.path("type").asText().equals("m.room.redaction")
        && !event.path("unsigned").has("redacted_because");
  }

  private static boolean inside(JsonNode event) {
    return List.of("join", "invite", "knock")
        .contains(event.path("content").path("membership").asText());
  }

  private static String bot(String room) {
    return SHORE.state(room, "m.room.member", BOT).path("membership").asText();
  }

  private static long members(String room) {
    return SHORE.state(room).entrySet().stream()
        .filter(e -> e.getKey().startsWith("m.room.member|") && inside(e.getValue()))
        .count();
  }

  private static String into(String plan, String old, String target) {
    StringBuilder out = new StringBuilder();
    for (String part : plan.split("(?m)^(?=  - )", -1)) {
      out.append(
          part.contains("id: \"" + old)
              ? part.replaceAll("(?m)^    target: .*\\R", "")
                  .replaceAll(
                      "action: (create|conflict|reuse)",
                      "action: reuse\n    target: \"" + target + "\"")
              : part);
    }
    return out.toString();
  }

  @Test
  @Order(1)
  void roomsAreReusedAndMade() {
    space =
        room(
            "{'preset':'private_chat','name':'Under stones','room_alias_name':'undone','creation_content':{'type':'m.space'}}");
    SHORE.freeAliases("general", "random");
    random =
        room("{'preset':'private_chat','name':'Well','topic':'deep','room_alias_name':'random'}");
    bulk = outside("{'preset':'public_chat','name':'Loft'}");
    String first = OWNER.say(random, "was here before");
    String unused = OWNER.say(random, "and before that");
    unused = OWNER.redact(random, first, "");
    unused = OWNER.say(bulk, "empty so far");
    for (String room : List.of(random, bulk)) {
      BEFORE.put(room, snapshot(room));
    }
    var unusedRun = LANDING.must(0, "analyze", ShortSample.dump().toString());
    unusedRun = LANDING.must(0, "plan");
    LANDING.edit(
        "plan.yaml", p -> into(into(p, SAMPLE.room("random"), random), SAMPLE.room("bulk"), bulk));
    unusedRun = migrate();
    Landing.Mapped mapped = LANDING.mapped();
    inUse = mapped.room(SAMPLE.room("dup1"));
    dm = mapped.room(SAMPLE.room("dm"));
    assertThat(snapshot(bulk)).isNotEqualTo(BEFORE.get(bulk));
    assertThat(SHORE.state(space, "m.space.child", inUse).path("via")).isNotEmpty();
    assertThat(SHORE.state(space, "m.space.child", bulk).path("via"))
        .as("named in the plan, with in_space: true")
        .isNotEmpty();
    aProofSeesThatTheLoftIsOutOfTheSpace();
    var invited =
        SHORE
            .bot()
            .post(
                "/_matrix/client/v3/rooms/%s/invite?user_id=%s"
                    .formatted(LabClient.esc(inUse), LabClient.esc(BOT)),
                LabClient.json("{\"user_id\":\"%s\"}".formatted(OWNER.userId())));
    assertThat(invited).isEmpty();
    unused = OWNER.join(inUse);
    unused = OWNER.say(inUse, "how nice it is here");
    hall = mapped.room(SAMPLE.room("general"));
    village = mapped.room(SAMPLE.room("space"));
    assertThat(canonicalParents(hall)).containsExactly(village);
    unused = OWNER.join(hall);
    unused = OWNER.say(hall, "and here");
  }

  private static JsonNode asBot(String path, JsonNode content) {
    return SHORE.bot().put(path + "?user_id=" + LabClient.esc(BOT), (ObjectNode) content);
  }

  private static String state(String type, String key) {
    return "/_matrix/client/v3/rooms/%s/state/%s/%s"
        .formatted(LabClient.esc(space), type, LabClient.esc(key));
  }

  /** Where it was not somebody else who took it out. */
  private static void aProofSeesThatTheLoftIsOutOfTheSpace() {
    JsonNode hung = SHORE.state(space, "m.space.child", bulk);
    var unused = asBot(state("m.space.child", bulk), LabClient.json("{}"));
    var proof = LANDING.must(1, "verify");
    assertThat(proof.out()).contains("a child of the Space");
    unused = asBot(state("m.space.child", bulk), hung);
  }

  private static List<String> canonicalParents(String room) {
    return SHORE.state(room).entrySet().stream()
        .filter(e -> e.getKey().startsWith(PARENT + "|"))
        .filter(e -> e.getValue().path("content").path("canonical").asBoolean())
        .map(e -> e.getKey().substring(PARENT.length() + 1))
        .toList();
  }

  private static FerryProcess.Result migrate() {
    return LANDING.must(0, "migrate", "--media", Sample.MEDIA.toString(), "-y");
  }

  @Test
  @Order(2)
  void aDryRunSaysWhatAndWritesNothing() {
    Map<String, Integer> sizes = SHORE.sizes();
    var said = LANDING.must(0, "rollback", "--dry-run");
    System.out.println("[rollback] " + said);
    assertThat(said.out())
        .contains("left alone: ", SAMPLE.room("dup1"), OWNER.userId(), "--include-used");
    JsonNode json = LANDING.json(0, "rollback", "--dry-run", "--json");
    assertThat(json.path("dry_run").asBoolean()).isTrue();
    assertThat(state(json, SAMPLE.room("dup1"))).isEqualTo("left_alone");
    assertThat(state(json, SAMPLE.room("bulk"))).isEqualTo("would_be_rolled_back");
    assertThat(SHORE.sizes()).isEqualTo(sizes);
    assertThat(LANDING.must(2, "rollback").err()).contains("--yes");
  }

  private static String state(JsonNode json, String room) {
    return StreamSupport.stream(json.path("rooms").spliterator(), false)
        .filter(r -> r.path("id").asText().equals(room))
        .map(r -> r.path("state").asText())
        .findFirst()
        .orElse("not there");
  }

  @Test
  @Order(3)
  void killedInTheMiddleItGoesOnAndMigrateWaitsForThat() {
    String direct = SHORE.server().baseUrl().toString();
    try (HttpFaultProxy proxy = HttpFaultProxy.to(SHORE.server().baseUrl())) {
      LANDING.edit("config.yaml", c -> c.replace(direct, proxy.url().toString()));
      assertThat(killedAtARedaction(proxy).status()).isEqualTo(137);
      LANDING.edit("config.yaml", c -> c.replace(proxy.url().toString(), direct));
    }
    assertThat(redactions()).isBetween(20L, 90L);
    assertThat(LANDING.must(0, "status").out()).contains("half taken back: " + SAMPLE.room("bulk"));
    var refused = LANDING.must(3, "migrate", "-y");
    assertThat(refused.err()).contains("ferry rollback", SAMPLE.room("bulk"), bulk);
    long unchanged = redactions();
    assertThat(LANDING.must(3, "retry").err()).contains("ferry rollback", SAMPLE.room("bulk"));
    assertThat(redactions()).isEqualTo(unchanged);
    var done = LANDING.must(0, "rollback", "--rooms", SAMPLE.room("bulk"), "-y");
    System.out.println("[rollback] " + done);
    assertThat(snapshot(bulk)).isEqualTo(BEFORE.get(bulk));
    assertThat(bot(bulk)).isEqualTo("leave");
  }

  private static FerryProcess.Result killedAtARedaction(HttpFaultProxy proxy) {
    CompletableFuture<FerryProcess> ferry = new CompletableFuture<>();
    AtomicInteger left = new AtomicInteger(21);
    proxy.after(
        seen -> seen.path().contains("/redact/") && left.decrementAndGet() == 0,
        1,
        seen -> ferry.join().kill());
    try (FerryProcess started =
        FerryProcess.ferry("rollback", "--rooms", SAMPLE.room("bulk"), "-y")
            .in(LANDING.folder())
            .start()) {
      boolean unused = ferry.complete(started);
      return started.await(Duration.ofMinutes(5));
    }
  }

  private static long redactions() {
    return SHORE.timeline(bulk).stream()
        .filter(e -> e.path("unsigned").has("redacted_because"))
        .count();
  }

  @Test
  @Order(4)
  void everythingButTheRoomInUseIsTakenBack() {
    var left = LANDING.must(1, "rollback", "--yes");
    System.out.println("[rollback] " + left);
    assertThat(left.out()).contains("left alone: ", SAMPLE.room("dup1"), "redacted");
    assertThat(snapshot(random)).isEqualTo(BEFORE.get(random));
    assertThat(bot(random)).isEqualTo("join");
    assertThat(members(dm)).isZero();
    assertThat(members(inUse)).isPositive();
    assertThat(SHORE.state(space, "m.space.child", inUse).path("via")).isNotEmpty();
    List<String> children =
        SHORE.state(space).entrySet().stream()
            .filter(e -> e.getKey().startsWith("m.space.child|"))
            .filter(e -> !e.getValue().path("content").isEmpty())
            .map(e -> e.getKey().substring("m.space.child|".length()))
            .toList();
    assertThat(children).containsExactlyInAnyOrder(random, inUse);
    assertThat(chatsOf("alice").toString()).doesNotContain(dm);
    assertThat(LANDING.must(0, "status").out()).contains("rolled back: ");
    assertThat(SHORE.resolve(ALIAS)).as("somebody made it before").isEqualTo(random);
  }

  @Test
  @Order(5)
  void aRoomThatStaysNamesOnlyASpaceThatStands() {
    assertThat(members(village)).isZero();
    assertThat(canonicalParents(hall)).isEmpty();
    // As an earlier version has left it.
    var unused =
        SHORE
            .bot()
            .put(
                "/_matrix/client/v3/rooms/%s/state/m.space.parent/%s?user_id=%s"
                    .formatted(LabClient.esc(hall), LabClient.esc(village), LabClient.esc(BOT)),
                LabClient.json(
                    "{\"via\":[\"%s\"],\"canonical\":true,\"org.ferry.helper\":true}"
                        .formatted(Shore.DOMAIN)));
    var unusedRun =
        LANDING.must(
            0,
            "migrate",
            "-y",
            "--no-invitations",
            "--rooms",
            SAMPLE.room("space"),
            "--rooms",
            SAMPLE.room("general"));
    String anew = LANDING.mapped().room(SAMPLE.room("space"));
    assertThat(anew).isNotEqualTo(village);
    assertThat(canonicalParents(hall)).containsExactly(anew);
  }

  private static JsonNode chatsOf(String name) {
    String user = LabClient.esc("@old_" + name + ":" + Shore.DOMAIN);
    var answer =
        SHORE
            .bot()
            .request(
                "GET",
                "/_matrix/client/v3/user/%s/account_data/m.direct?user_id=%s".formatted(user, user),
                null);
    return answer.body();
  }

  @Test
  @Order(6)
  void aRoomInUseNeedsTheSpacesNameOnATerminal() {
    var nobody = LANDING.must(2, "rollback", "--include-used", "--yes");
    assertThat(nobody.err()).contains("terminal");
    var wrong = typed("Over stones\n");
    assertThat(wrong.status()).as(wrong.toString()).isEqualTo(2);
    assertThat(members(inUse)).isPositive();
    asAdministrator();
    var right = typed("Under stones\n");
    System.out.println("[rollback] " + right);
    assertThat(right.status()).as(right.toString()).isZero();
    assertThat(right.out()).contains("Rooms deleted on the homeserver: 3.");
    assertThat(SHORE.rooms()).doesNotContain(inUse);
    assertThat(LANDING.must(0, "rollback", "--yes").out()).contains("nothing to take back");
  }

  private static void asAdministrator() {
    try {
      Path unused =
          Files.writeString(
              LANDING.folder().resolve("admin.token"), SHORE.admin().token().reveal());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    LANDING.edit(
        "config.yaml",
        c ->
            c.replace(
                "domain: " + Shore.DOMAIN + "}",
                "domain: " + Shore.DOMAIN + ", admin: {token_file: admin.token}}"));
  }

  private static FerryProcess.Result typed(String answer) {
    return FerryProcess.ferry("rollback", "--include-used", "--yes")
        .in(LANDING.folder())
        .jvm("-Dferry.terminal=0")
        .reading(answer)
        .run();
  }

  @Test
  @Order(7)
  void aRoomWhoseMakingSeemedToFailIsFound() {
    String old = SAMPLE.room("dup1");
    String direct = SHORE.server().baseUrl().toString();
    List<String> before = SHORE.rooms();
    try (HttpFaultProxy proxy = HttpFaultProxy.to(SHORE.server().baseUrl())) {
      LANDING.edit("config.yaml", c -> c.replace(direct, proxy.url().toString()));
      AtomicInteger asked = new AtomicInteger();
      proxy.spoilAnswer(RollbackIT::isMaking, 1, 502, "{}");
      proxy.answer(
          seen -> isMaking(seen) && asked.getAndIncrement() > 0,
          10,
          400,
          "{\"errcode\":\"M_UNKNOWN\",\"error\":\"No more\"}");
      proxy.answer(
          seen -> asked.get() > 0 && seen.path().contains("/joined_rooms"),
          10,
          200,
          "{\"joined_rooms\":[]}");
      assertThat(LANDING.must(1, "migrate", "-y", "--rooms", old).out()).contains("No more");
      LANDING.edit("config.yaml", c -> c.replace(proxy.url().toString(), direct));
    }
    assertThat(SHORE.rooms()).hasSize(before.size() + 1);
    assertThat(LANDING.must(0, "rollback", "--rooms", old, "-y").out())
        .contains("Rooms taken back: 1.");
    assertThat(SHORE.rooms()).hasSameElementsAs(before);
  }

  /** The checkup makes a room as well, which says nothing of where it comes from. */
  private static boolean isMaking(HttpFaultProxy.Seen seen) {
    return seen.path().contains("/createRoom") && seen.text().contains("org.ferry.origin");
  }

  @Test
  @Order(8)
  void aRoomThatSomebodyDeletedIsForgottenAndCarriedAnew() {
    String old = SAMPLE.room("dup1");
    String[] migrate = {
      "migrate", "--media", Sample.MEDIA.toString(), "-y", "--rooms", old, "--users", "@alice:*"
    };
    var unused = LANDING.must(0, migrate);
    String deleted = LANDING.mapped().room(old);
    var answer =
        SHORE
            .admin()
            .request(
                "DELETE",
                "/_synapse/admin/v1/rooms/" + LabClient.esc(deleted),
                LabClient.json("{\"purge\":true}"));
    assertThat(answer.status()).isEqualTo(200);
    var refused = LANDING.must(1, "migrate", "-y", "--rooms", old);
    System.out.println("[rollback] " + refused);
    assertThat(refused.out() + refused.err())
        .contains(deleted + " is gone", "ferry rollback --rooms '" + old + "'");
    var forgotten = LANDING.must(0, "rollback", "--rooms", old, "-y");
    assertThat(forgotten.out()).contains("forgotten: ", deleted, "Rooms taken back: 1.");
    assertThat(LANDING.mapped().hasRoom(old)).isFalse();
  }

  @Test
  @Order(9)
  void afterwardsItIsCarriedAnew() {
    SHORE.freeAliases("random");
    assertThat(killedAtTheAlias().status()).isEqualTo(137);
    assertThat(SHORE.resolve(ALIAS)).isEqualTo(random);
    var unused = LANDING.must(0, "rollback", "--rooms", SAMPLE.room("random"), "-y");
    assertThat(aliases(random)).as("Ferry had made it").isEmpty();
    unused = migrate();
    var proof = LANDING.ferry("verify");
    assertThat(proof.status()).as(proof.toString()).isZero();
    assertThat(SHORE.timeline(random).stream().filter(RollbackIT::isVisible).count())
        .isGreaterThan(40);
    assertThat(LANDING.mapped().room(SAMPLE.room("dup1"))).isNotEqualTo(inUse);
    assertThat(LANDING.must(0, "status").out()).doesNotContain("rolled back");
  }

  private static List<String> aliases(String room) {
    String path = "/_matrix/client/v3/rooms/%s/aliases".formatted(LabClient.esc(room));
    return StreamSupport.stream(OWNER.get(path).path("aliases").spliterator(), false)
        .map(JsonNode::asText)
        .toList();
  }

  private static FerryProcess.Result killedAtTheAlias() {
    String direct = SHORE.server().baseUrl().toString();
    try (HttpFaultProxy proxy = HttpFaultProxy.to(SHORE.server().baseUrl())) {
      LANDING.edit("config.yaml", c -> c.replace(direct, proxy.url().toString()));
      CompletableFuture<FerryProcess> ferry = new CompletableFuture<>();
      proxy.after(
          seen -> seen.method().equals("PUT") && seen.path().contains("/directory/room/%23random"),
          1,
          seen -> ferry.join().kill());
      try (FerryProcess started =
          FerryProcess.ferry("migrate", "-y", "--rooms", SAMPLE.room("random"))
              .in(LANDING.folder())
              .start()) {
        boolean unused = ferry.complete(started);
        return started.await(Duration.ofMinutes(5));
      } finally {
        LANDING.edit("config.yaml", c -> c.replace(proxy.url().toString(), direct));
      }
    }
  }

  @Test
  @Order(10)
  void whoIsErasedIsInNobodysWishes() {
    String bob = SAMPLE.user("bob");
    assertThat(chatsOf("alice").toString()).contains("@old_bob:");
    var unused = LANDING.must(0, "forget", "--user", bob, "--yes");
    var proof = LANDING.ferry("verify");
    assertThat(proof.status()).as(proof.toString()).isZero();
    LANDING.edit("plan.yaml", p -> p.replaceAll("(?m)^.*id: \"" + bob + "\".*\\R", ""));
    unused = LANDING.must(0, "migrate", "-y", "--no-invitations");
    assertThat(chatsOf("alice").toString()).contains("@old_bob:").doesNotContain("erased-");
    var again = LANDING.ferry("verify");
    assertThat(again.status()).as(again.toString()).isZero();
  }

  @Test
  @Order(11)
  void whatIsForgottenStaysCarried() {
    String frank = SAMPLE.user("frank");
    var forgotten = LANDING.must(0, "forget", "--content", "--yes");
    System.out.println("[forget] " + forgotten);
    var proof = LANDING.must(0, "verify");
    assertThat(proof.err()).contains("was forgotten: their place, type and time are compared");
    var erased = LANDING.must(0, "forget", "--user", frank, "--yes");
    System.out.println("[forget] " + erased);
    assertThat(LANDING.must(1, "explain", frank).err()).contains("nothing is known of " + frank);
    // What a ghost said is nobody's use of a room, whoever was erased.
    assertThat(LANDING.ferry("rollback", "--dry-run").toString()).doesNotContain("@old_frank:");
    assertThat(LANDING.must(2, "forget").err()).contains("--content");
  }

  @Test
  @Order(12)
  void aSpaceWhereTheBotHasNoPowerAnyMoreHoldsUpNothing() {
    assertThat(SHORE.state(space, "m.space.child", bulk).path("via")).isNotEmpty();
    ObjectNode levels = (ObjectNode) OWNER.state(space, "m.room.power_levels", "");
    levels.withObject("/users").put(BOT, 0);
    var unused = asBot(state("m.room.power_levels", ""), levels);
    var done = LANDING.must(1, "rollback", "--rooms", SAMPLE.room("bulk"), "-y");
    assertThat(done.out()).contains("it may still hang in the Space", "Rooms taken back: 1.");
    assertThat(snapshot(bulk)).isEqualTo(BEFORE.get(bulk));
    assertThat(bot(bulk)).isEqualTo("leave");
  }
}
