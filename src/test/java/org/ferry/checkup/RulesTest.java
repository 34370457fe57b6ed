package org.ferry.checkup;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.ferry.config.Config;
import org.ferry.config.ConfigLoader;
import org.ferry.config.Registration;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.id.UserId;
import org.ferry.migrate.plan.TargetSpace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each rule says of each answer, and the remedy word for word. */
class RulesTest {
  private static final String NGINX = "<html><h1>404 Not Found</h1><hr>nginx</html>";

  @TempDir Path folder;

  private Config config(String more) {
    String yaml =
        "homeserver: {address: 'http://127.0.0.1:8008', domain: new.example.org}\n" + more;
    return new ConfigLoader(Map.of(), folder).load("config.yaml", yaml, folder);
  }

  private Remedies remedies() {
    return new Remedies(config(""));
  }

  private static Reply reply(int status, String body) {
    return new Reply(status, Map.of(), body);
  }

  private static Reply error(int status, String code, String error) {
    return reply(status, "{\"errcode\":\"%s\",\"error\":\"%s\"}".formatted(code, error));
  }

  private Door door() {
    return new Door("http://127.0.0.1:8008", null, java.time.Duration.ZERO);
  }

  @Test
  void aFileThatOthersCanOpenIsNamedOnce() throws IOException {
    Path key = folder.resolve("pickle.key");
    Files.writeString(key, PickleKey.random().text().reveal());
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
    Config config = config("encryption: {pickle_key_file: pickle.key}\n");
    assertThat(config.warnings()).hasSize(1);
    var found = new Findings(f -> {});
    new LocalCheck(config, new Remedies(config)).run(found);
    assertThat(found.all())
        .filteredOn(f -> f.check() == Check.SECRETS)
        .extracting(Finding::remedy)
        .containsExactly("chmod 600 " + key);
  }

  @Test
  void forcedEncryptionNamesTheSettingAndBlocks() {
    Finding forced = HistoryCheck.forced(true);
    assertThat(forced.blocks()).isTrue();
    assertThat(forced.remedy())
        .contains("  encryption_enabled_by_default_for_room_type: \"off\"\n")
        .contains("sudo systemctl restart matrix-synapse");
    assertThat(HistoryCheck.forced(false).level()).isEqualTo(Level.OK);
  }

  /** Where the homeserver listens is not known from here, unless one answers there. */
  @Test
  void aSilentHomeserverIsNotSaidToListenElsewhere() {
    ServerCheck check =
        new ServerCheck(
            new Door("http://127.0.0.1:8123", null, java.time.Duration.ZERO),
            InstantSource.system(),
            remedies());
    Finding nowhere = check.silent("the connection is refused", false);
    assertThat(nowhere.text())
        .startsWith("nothing answers at http://127.0.0.1:8123: the connection is refused.");
    assertThat(nowhere.remedy())
        .contains("curl -s http://127.0.0.1:8123/_matrix/client/versions", "under listeners")
        .doesNotContain("8008");
    assertThat(check.silent("the connection is refused", true).remedy())
        .contains("a homeserver answers at http://127.0.0.1:8008; if that is the one, in config");
  }

  @Test
  void datesThatAreLostAreNamedByKind() {
    assertThat(
            HistoryCheck.timestamps(
                    Map.of("messages", HistoryCheck.THEN, "joins", HistoryCheck.THEN))
                .level())
        .isEqualTo(Level.OK);
    Finding lost = HistoryCheck.timestamps(Map.of("settings", 1_700_000_000_000L));
    assertThat(lost.blocks()).isTrue();
    assertThat(lost.text())
        .isEqualTo(
            "settings do not keep their dates: 2001-02-03T04:05:06Z came back as 2023-11-14T22:13:20Z; history would arrive with today's date");
    assertThat(HistoryCheck.timestamps(Map.of("joins", 0L)).text()).contains("is refused");
    assertThat(HistoryCheck.refused(error(403, "M_FORBIDDEN", "no ts")).text())
        .contains("(403 M_FORBIDDEN no ts)");
  }

  @Test
  void hiddenHistoryIsRetention() {
    Finding hidden = HistoryCheck.retention(error(404, "M_NOT_FOUND", "Event not found"));
    assertThat(hidden.blocks()).isTrue();
    assertThat(hidden.remedy())
        .isEqualTo(
            "in homeserver.yaml set:\n  retention:\n    enabled: false\nand restart it: sudo systemctl restart matrix-synapse, or docker restart synapse");
    assertThat(HistoryCheck.retention(reply(200, "{}")).level()).isEqualTo(Level.OK);
  }

  @Test
  void namesOfThenAreComparedWithWhatCameBack() {
    assertThat(HistoryCheck.names(TextNode.valueOf(HistoryCheck.NAME_OF_THEN)).level())
        .isEqualTo(Level.OK);
    assertThat(HistoryCheck.names(TextNode.valueOf("old_x")).text()).contains("(\"old_x\")");
    Finding none = HistoryCheck.names(MissingNode.getInstance());
    assertThat(none.text()).contains("(none)");
    assertThat(none.remedy()).contains("  allow_per_room_profiles: true\n");
  }

  @Test
  void clocksMayDifferByHalfAMinute() {
    Instant now = Instant.parse("2026-11-21T06:00:00Z");
    assertThat(ServerCheck.clock("Sat, 21 Nov 2026 06:00:29 GMT", now).level()).isEqualTo(Level.OK);
    assertThat(ServerCheck.clock("Sat, 21 Nov 2026 05:50:00 GMT", now).text())
        .startsWith("the homeserver's clock is 600 s behind this machine's");
    assertThat(ServerCheck.clock("Sat, 21 Nov 2026 06:10:00 GMT", now).text())
        .contains("600 s ahead of");
    assertThat(ServerCheck.clock("", now).text()).contains("does not say");
  }

  @Test
  void whatAnswersButIsNoHomeserverIsToldApart() {
    ServerCheck check = new ServerCheck(door(), InstantSource.system(), remedies());
    Reply moved =
        new Reply(301, Map.of("location", "https://hs.example.org/_matrix/client/versions"), "");
    assertThat(check.stranger(moved).remedy())
        .contains("homeserver: {address: \"https://hs.example.org\"}");
    Finding page = check.stranger(reply(404, NGINX));
    assertThat(page.text()).contains("404 (a web page)");
    assertThat(page.remedy())
        .contains(
            "proxy_pass http://127.0.0.1:8008;",
            "client_max_body_size",
            "reverse_proxy /_matrix/*");
  }

  private ProxyCheck proxies(String address) {
    return new ProxyCheck(
        new Door(address, null, java.time.Duration.ZERO), "new.example.org", remedies());
  }

  @Test
  void proxiesThatChangePathsAreFoundByWhoAnswers() {
    ProxyCheck check = proxies("http://127.0.0.1:8008");
    Reply fine = error(404, "M_NOT_FOUND", "Room alias not found");
    Reply media = error(401, "M_MISSING_TOKEN", "Missing access token");
    Reply page = reply(404, NGINX);
    assertThat(check.judged(new ProxyCheck.Heard(fine, fine, media, media)))
        .singleElement()
        .matches(f -> f.level() == Level.OK);
    assertThat(check.judged(new ProxyCheck.Heard(null, null, null, null)))
        .as("what failed says nothing of a proxy")
        .singleElement()
        .matches(f -> f.level() == Level.OK);
    Reply changed = error(404, "M_UNRECOGNIZED", "Unrecognized request");
    assertThat(check.judged(new ProxyCheck.Heard(fine, changed, media, media)))
        .singleElement()
        .matches(Finding::blocks)
        .satisfies(f -> assertThat(f.remedy()).contains("AllowEncodedSlashes NoDecode"));
    assertThat(
            proxies("http://127.0.0.1:8008/chat")
                .judged(new ProxyCheck.Heard(fine, changed, media, media)))
        .singleElement()
        .satisfies(f -> assertThat(f.remedy()).contains("rewrite ^/chat(/.*)$ $1 break;"));
    assertThat(check.judged(new ProxyCheck.Heard(fine, fine, page, media)))
        .singleElement()
        .satisfies(f -> assertThat(f.text()).contains("/_matrix/media does not reach"));
    assertThat(check.judged(new ProxyCheck.Heard(page, page, media, page)))
        .singleElement()
        .satisfies(f -> assertThat(f.text()).contains("/_matrix/client does not reach"));
  }

  @Test
  void proxiesWithPagesOfTheirOwnAndForSomeMethodsOnlyAreNamed() {
    ProxyCheck check = proxies("http://127.0.0.1:8008");
    Reply fine = error(404, "M_NOT_FOUND", "Room alias not found");
    Reply media = error(401, "M_MISSING_TOKEN", "Missing access token");
    Reply page = reply(404, NGINX);
    for (Reply deleted : List.of(media, reply(401, NGINX))) {
      assertThat(check.judged(new ProxyCheck.Heard(page, page, reply(401, NGINX), deleted)))
          .singleElement()
          .matches(Finding::blocks)
          .satisfies(f -> assertThat(f.remedy()).contains("proxy_intercept_errors off;"));
    }
    assertThat(check.judged(new ProxyCheck.Heard(fine, fine, media, reply(403, NGINX))))
        .singleElement()
        .satisfies(f -> assertThat(f.text()).contains("DELETE requests do not reach"))
        .satisfies(f -> assertThat(f.remedy()).contains("limit_except"));
    assertThat(HistoryCheck.refused(reply(403, NGINX)).remedy()).contains("limit_except");
    assertThat(RoomCheck.limits(reply(503, NGINX)).remedy())
        .contains("limit_req", "proxy_read_timeout")
        .doesNotContain("rate_limited");
    ServerCheck server = new ServerCheck(door(), InstantSource.system(), remedies());
    assertThat(server.stranger(reply(502, NGINX)).text()).contains("behind it no homeserver");
    assertThat(server.stranger(reply(401, NGINX)).remedy()).contains("auth_basic off;");
    assertThat(MediaCheck.body(99, reply(502, ""), Finding.ok(Check.UPLOAD, "x")).remedy())
        .contains("request_body");
  }

  @Test
  void serversAreKnownByWhatTheySay() {
    Reply versions =
        new Reply(200, Map.of("server", "nginx/1.2"), "{\"versions\":[\"v1.1\",\"v1.15\"]}");
    assertThat(ServerInfo.of(versions, null))
        .isEqualTo(new ServerInfo("a homeserver", "", "v1.15"));
    Reply synapse = new Reply(200, Map.of("server", "Synapse/1.163.2"), "{}");
    assertThat(ServerInfo.of(synapse, null).label()).isEqualTo("Synapse 1.163.2");
    Reply federation = reply(200, "{\"server\":{\"name\":\"Tuwunel\",\"version\":\"1.4.6\"}}");
    assertThat(ServerInfo.of(versions, federation).label()).isEqualTo("Tuwunel 1.4.6");
    assertThat(ServerInfo.of(versions, federation).isSynapse()).isFalse();
  }

  @Test
  void anAuthenticationServiceMeansTokensInsteadOfPasswords() {
    Finding mas = ServerCheck.login("https://auth.example.org/", reply(200, "{}"), false);
    assertThat(mas.level()).isEqualTo(Level.WARNING);
    assertThat(mas.text()).contains("(auth.example.org)", "Ghosts are made by the registration");
    assertThat(mas.remedy()).contains("mas-cli manage issue-compatibility-token");
    assertThat(
            ServerCheck.login("", reply(200, "{\"flows\":[{\"type\":\"m.login.password\"}]}"), true)
                .level())
        .isEqualTo(Level.OK);
    assertThat(
            ServerCheck.login("", reply(200, "{\"flows\":[{\"type\":\"m.login.sso\"}]}"), true)
                .text())
        .contains("(offered: m.login.sso)");
    Finding away = ServerCheck.serviceAway(error(500, "M_UNKNOWN", "Internal server error"));
    assertThat(away.blocks()).as("ghosts need none of it").isFalse();
    assertThat(away.remedy()).contains("matrix_authentication_service:");
    Finding accounts = ServerCheck.login("https://auth.example.org/", reply(200, "{}"), true);
    assertThat(accounts.level()).isEqualTo(Level.PROBLEM);
    assertThat(accounts.remedy()).contains("mode: ghost", "map_file: people.csv");
  }

  // The token
  // --------------------------------------------------------------------------------------

  private IdentityCheck identity(String more) {
    Config config = config(more);
    Registration registration = Registration.fresh(config);
    return new IdentityCheck(door(), config, registration, new Remedies(config));
  }

  @Test
  void aTokenIsRefusedOrBelongsToAnotherServerOrRegistration() {
    IdentityCheck check = identity("");
    Finding unknown = check.token(error(401, "M_UNKNOWN_TOKEN", "Invalid token")).getFirst();
    assertThat(unknown.blocks()).isTrue();
    assertThat(unknown.remedy())
        .contains("sudo install -o matrix-synapse -g nogroup -m 0600 ")
        .contains("  app_service_config_files: [\"/etc/matrix-synapse/ferry-registration.yaml\"]");
    Finding lost = check.token(error(401, "M_MISSING_TOKEN", "Missing access token")).getFirst();
    assertThat(lost.blocks()).isTrue();
    assertThat(lost.text()).contains("takes the Authorization header away");
    assertThat(lost.remedy()).contains("proxy_set_header Authorization $http_authorization;");
    Finding guarded = check.token(reply(401, NGINX)).getFirst();
    assertThat(guarded.blocks()).isTrue();
    assertThat(guarded.remedy()).contains("auth_basic off;");
    Finding other = check.token(reply(200, "{\"user_id\":\"@f:else.example.org\"}")).getFirst();
    assertThat(other.check()).isEqualTo(Check.DOMAIN);
    assertThat(other.remedy()).contains("homeserver: {domain: else.example.org}");
    assertThat(check.token(reply(200, "{\"user_id\":\"@f:new.example.org\"}")).getFirst().text())
        .contains("an older registration: there the sender is f");
  }

  @Test
  void aQueryThatIsTakenOffIsNamed() {
    IdentityCheck check = identity("");
    UserId ghost = new UserId("@old_ferry-doctor:new.example.org");
    Finding lost = check.named(ghost, reply(200, "{\"user_id\":\"@ferry_x:new.example.org\"}"));
    assertThat(lost)
        .isNotNull()
        .matches(Finding::blocks)
        .extracting(Finding::remedy)
        .asString()
        .contains("proxy_pass http://$upstream$request_uri;");
    assertThat(check.named(ghost, reply(200, "{\"user_id\":\"" + ghost + "\"}"))).isNull();
    assertThat(check.named(ghost, error(403, "M_FORBIDDEN", "x"))).isNull();
  }

  @Test
  void namespacesThatAreTooNarrowAreNamed() {
    IdentityCheck check = identity("identities: {mode: account}");
    UserId bot = new UserId("@ferrybot:new.example.org");
    assertThat(check.outside(bot, error(400, "M_EXCLUSIVE", "x")).text())
        .startsWith("Ferry's bot @ferrybot:new.example.org cannot be made: it lies outside");
    assertThat(check.outside(bot, error(403, "M_UNKNOWN", "x")).remedy())
        .contains("ferry registration --force");
    Reply no = error(403, "M_FORBIDDEN", "Application service cannot masquerade as this user");
    assertThat(check.accounts(no).level()).isEqualTo(Level.PROBLEM);
    Reply absent = error(403, "M_FORBIDDEN", "Application service has not registered this user");
    assertThat(check.accounts(absent).level()).isEqualTo(Level.OK);
  }

  // The way back
  // -----------------------------------------------------------------------------------

  private Finding ping(Reply reply) {
    return new WayBackCheck(door(), config(""), remedies(), new Listening(true, null))
        .judged(reply);
  }

  @Test
  void aPingThatFailsSaysWhatTheHomeserverSaw() {
    assertThat(ping(reply(200, "{\"duration_ms\":3}")).level()).isEqualTo(Level.OK);
    assertThat(ping(error(404, "M_UNRECOGNIZED", "")).level()).isEqualTo(Level.WARNING);
    Finding refused =
        ping(error(502, "M_CONNECTION_FAILED", "ConnectionRefusedError: Connection refused"));
    assertThat(refused.text())
        .isEqualTo(
            "the homeserver cannot reach Ferry at http://127.0.0.1:29380: connection refused. Listening was this doctor, at 127.0.0.1:29380");
    assertThat(refused.remedy())
        .contains(
            "appservice: {address: \"http://host.docker.internal:29380\", listen: \"0.0.0.0:29380\"}",
            "appservice: {address: \"http://ferry:29380\"",
            "ferry registration --force");
    assertThat(ping(error(504, "M_CONNECTION_TIMEOUT", "timed out")).text())
        .contains("no answer in time");
    assertThat(ping(error(502, "M_CONNECTION_FAILED", "DNSLookupError: DNS lookup failed")).text())
        .contains("no such host where the homeserver runs");
    Reply recovering =
        error(
            502, "M_CONNECTION_FAILED", "AlreadyCalled: Tried to cancel an already-called event.");
    assertThat(ping(recovering).level())
        .as("it was answered; Synapse stumbles over handing over what waited")
        .isEqualTo(Level.OK);
    assertThat(ping(error(400, "M_URL_NOT_SET", "")).text()).contains("has no url");
    assertThat(ping(error(403, "M_FORBIDDEN", "Mismatching")).text())
        .contains("under another id than ferry");
  }

  @Test
  void aPingThatReachesSomethingElseIsToldFromAWrongToken() {
    assertThat(ping(reply(502, "{\"errcode\":\"M_BAD_STATUS\",\"status\":403}")).text())
        .contains("shows another hs_token");
    String ours =
        "{\"errcode\":\"M_BAD_STATUS\",\"status\":403,\"body\":\"{'errcode':'M_FORBIDDEN'}\"}";
    assertThat(ping(reply(502, ours)).text()).contains("shows another hs_token");
    for (String body : List.of("401,\"body\":\"<html>\"", "401", "403,\"body\":\"<html>\"")) {
      Finding guarded = ping(reply(502, "{\"errcode\":\"M_BAD_STATUS\",\"status\":" + body + "}"));
      assertThat(guarded.remedy()).contains("auth_basic off;", "proxy_set_header Authorization");
    }
    Reply moved =
        error(
            502,
            "M_CONNECTION_FAILED",
            "ResponseFailed: [<twisted.python.failure.Failure twisted.web.error.PageRedirect: 301 Moved Permanently to http://x/y>]");
    assertThat(ping(moved).text())
        .contains("sends on to another address (Moved Permanently to http://x/y)");
    Finding other = ping(reply(502, "{\"errcode\":\"M_BAD_STATUS\",\"status\":404}"));
    assertThat(other.text()).contains("something that is not Ferry (it answers 404)");
    assertThat(other.remedy()).contains("end the other program");
  }

  // Rooms
  // ------------------------------------------------------------------------------------------

  private RoomCheck rooms(String more) {
    Config config = config(more);
    return new RoomCheck(door(), new Scratch(door(), config), config, new Remedies(config));
  }

  @Test
  void roomVersionsRedactionsAndAliases() {
    Reply offered =
        reply(
            200,
            "{\"capabilities\":{\"m.room_versions\":{\"default\":\"10\",\"available\":{\"10\":\"stable\",\"9\":\"stable\"}}}}");
    assertThat(rooms("").versions(offered).text())
        .isEqualTo("new rooms get version 10; 9, 10 can be made");
    assertThat(rooms("rooms: {version: '12'}").versions(offered).remedy())
        .contains("rooms: {version: default}");
    assertThat(rooms("").versions(reply(404, NGINX)).level()).isEqualTo(Level.WARNING);

    Reply then = reply(200, "{\"content\":{},\"origin_server_ts\":" + HistoryCheck.THEN + "}");
    Reply readable = reply(200, "{\"content\":{\"body\":\"x\"}}");
    Reply sent = reply(200, "{}");
    assertThat(RoomCheck.redaction("12", sent, then, then).level()).isEqualTo(Level.OK);
    assertThat(RoomCheck.redaction("12", sent, readable, then).text())
        .contains("takes nothing back");
    assertThat(RoomCheck.redaction("12", error(500, "M_UNKNOWN", "x"), then, then).text())
        .contains("(500 M_UNKNOWN x)");

    assertThat(rooms("").alias(error(400, "M_EXCLUSIVE", "x"), sent).level())
        .isEqualTo(Level.PROBLEM);
    assertThat(rooms("").alias(error(403, "M_FORBIDDEN", "x"), sent).remedy())
        .contains("alias_creation_rules");
    assertThat(rooms("").alias(sent, reply(404, NGINX)).level()).isEqualTo(Level.WARNING);
    assertThat(rooms("").limits(true).remedy()).contains("  rate_limited: false\n");
    assertThat(RoomCheck.reading(error(500, "M_UNKNOWN", "x"), new UserId("@a:b")).level())
        .isEqualTo(Level.PROBLEM);
  }

  @Test
  void devicesThatBindTheTokenOrAreIgnored() {
    Config config = config("");
    Scratch scratch = new Scratch(door(), config);
    DeviceCheck check = new DeviceCheck(door(), scratch, new Remedies(config));
    ServerInfo tuwunel = new ServerInfo("Tuwunel", "1.4.6", "");
    Reply ok = reply(200, "{}");
    Reply no = error(400, "M_APPSERVICE_LOGIN_UNSUPPORTED", "x");
    Reply itself =
        reply(200, "{\"user_id\":\"%s\",\"device_id\":\"FERRYDOCTOR\"}".formatted(scratch.one()));
    Reply other = reply(200, "{\"user_id\":\"%s\"}".formatted(scratch.two()));
    assertThat(check.devices(ok, ok, itself, tuwunel).text()).contains("PUT /devices (MSC4190)");
    assertThat(check.devices(no, ok, itself, tuwunel).text())
        .contains("m.login.application_service");
    assertThat(check.devices(no, no, itself, tuwunel).remedy())
        .contains("io.element.msc4190: true");
    assertThat(check.bound(ok, other)).isEmpty();
    assertThat(check.bound(no, itself)).as("no device was made by PUT").isEmpty();
    Finding bound = check.bound(ok, itself).orElseThrow();
    assertThat(bound.remedy()).contains("io.element.msc4190: false");
    assertThat(bound.blocks()).as("history would come from the wrong person").isTrue();
    Finding old = check.devices(ok, ok, other, new ServerInfo("Synapse", "1.90.0", ""));
    assertThat(old.text()).contains("ignores device_id");
    assertThat(old.level()).isEqualTo(Level.PROBLEM);
    assertThat(old.remedy()).isEqualTo("update Synapse (1.90.0) to 1.163 or newer");
    assertThat(
            DeviceCheck.repeats(
                    reply(200, "{\"event_id\":\"$a\"}"), reply(200, "{\"event_id\":\"$b\"}"))
                .level())
        .isEqualTo(Level.PROBLEM);
    assertThat(
            DeviceCheck.encryption(List.of("/sync (500)"), new ServerInfo("Synapse", "1", ""))
                .remedy())
        .contains("update Synapse (1) to 1.163 or newer");
  }

  /** Answers of Dendrite 0.15.2 as it gave them; it cannot be built where the tests run. */
  @Test
  void dendriteHasDevicesByLoginAndNamesNoneOfThem() {
    Config config = config("");
    Scratch scratch = new Scratch(door(), config);
    DeviceCheck check = new DeviceCheck(door(), scratch, new Remedies(config));
    Reply put = error(404, "M_FORBIDDEN", "device does not exist");
    Reply login =
        reply(
            200,
            "{\"user_id\":\"%s\",\"access_token\":\"t\",\"device_id\":\"FERRYDOCTOR\"}"
                .formatted(scratch.one()));
    Finding devices =
        check.devices(
            put,
            login,
            reply(
                200,
                "{\"user_id\":\"%s\",\"device_id\":\"AS_Device\",\"is_guest\":false}"
                    .formatted(scratch.one())),
            new ServerInfo("a homeserver", "", "v1.2"));
    assertThat(devices.level()).isEqualTo(Level.WARNING);
    assertThat(devices.text()).contains("ignores device_id", "(it sees AS_Device)");
    assertThat(devices.remedy()).contains("ferry verify names what stands twice");
    Finding marks = HistoryCheck.marks(reply(500, "{\"Err\":\"\"}"));
    assertThat(marks.blocks()).isTrue();
    assertThat(marks.text()).contains("m.room.history_visibility", "org.ferry.origin", "(500");
    Reply unknown = error(404, "M_UNRECOGNIZED", "Unrecognized request");
    assertThat(MediaCheck.reservation(unknown).level()).isEqualTo(Level.WARNING);
    Finding ping =
        new WayBackCheck(door(), config, remedies(), new Listening(true, null)).judged(unknown);
    assertThat(ping.level()).isEqualTo(Level.WARNING);
  }

  @Test
  void filesThatAreTooLargeForTheServerOrTheProxy() {
    LastLoad load = new LastLoad("old.example.org", 60L << 20, 10);
    Finding large = MediaCheck.size(50L << 20, load);
    assertThat(large.text()).contains("62,914,560 bytes", "52,428,800 at most");
    assertThat(large.remedy()).contains("  max_upload_size: 60M\n", "client_max_body_size 60M;");
    Finding fine = MediaCheck.size(Long.MAX_VALUE, LastLoad.none());
    assertThat(fine.text()).isEqualTo("the homeserver names no limit for files");
    assertThat(MediaCheck.body(2_000_000, reply(413, NGINX), fine).remedy())
        .contains("client_max_body_size 100M;");
    assertThat(MediaCheck.body(2_000_000, error(404, "M_NOT_FOUND", ""), fine)).isEqualTo(fine);
    assertThat(MediaCheck.reservation(error(429, "M_LIMIT_EXCEEDED", "")).level())
        .isEqualTo(Level.OK);
    assertThat(MediaCheck.reservation(error(404, "M_UNRECOGNIZED", "")).level())
        .isEqualTo(Level.WARNING);
  }

  @Test
  void administratorsTokens() {
    AdminCheck check = new AdminCheck(door(), config(""), remedies());
    assertThat(check.none().level()).isEqualTo(Level.OK);
    assertThat(
            new AdminCheck(door(), config("identities: {mode: account}"), remedies())
                .none()
                .remedy())
        .contains("homeserver: {admin: {token_file: admin.token}}");
    assertThat(check.refused(error(401, "M_UNKNOWN_TOKEN", "x")).remedy())
        .contains("curl -s http://127.0.0.1:8008/_matrix/client/v3/login");
    Reply asleep = error(503, "M_UNKNOWN", "Unable to introspect the access token");
    assertThat(check.refused(asleep).remedy())
        .contains("authentication service")
        .doesNotContain("curl");
    assertThat(check.judged("@a:b", reply(200, "{\"admin\":true}")).level()).isEqualTo(Level.OK);
    assertThat(check.judged("@a:b", error(403, "M_FORBIDDEN", "x")).remedy())
        .contains("UPDATE users SET admin = 1 WHERE name = '@a:b';");
    assertThat(check.judged("@a:b", reply(404, NGINX)).level()).isEqualTo(Level.WARNING);
  }

  // This machine
  // -----------------------------------------------------------------------------------

  @Test
  void databasesThatMayForget() {
    assertThat(LocalCheck.database(facts("on", "on", 100)))
        .singleElement()
        .satisfies(f -> assertThat(f.text()).isEqualTo("PostgreSQL 17.6, UTF8, schema 4: db"));
    List<Finding> found = LocalCheck.database(facts("off", "off", 20));
    assertThat(found)
        .extracting(Finding::level)
        .containsExactly(Level.PROBLEM, Level.WARNING, Level.WARNING);
    assertThat(found.getFirst().remedy()).contains("ALTER SYSTEM SET fsync = on;");
    assertThat(found.get(1).remedy()).contains("SET synchronous_commit = on;");
    assertThat(found.get(2).text())
        .endsWith("Ferry have 20 connections, and it may hold 20 and 7 more");
    assertThat(found.get(2).remedy()).contains("database: {pool_size: 10}");
    assertThat(LocalCheck.database(facts("on", "on", 27)).getFirst().level()).isEqualTo(Level.OK);
    assertThat(LocalCheck.database(facts("on", "on", 26)).getFirst().level())
        .isEqualTo(Level.WARNING);
    assertThat(LocalCheck.database(facts("on", "on", 12)).getFirst().remedy())
        .contains("database: {pool_size: 5}");
  }

  private static DatabaseFacts facts(String fsync, String commit, int connections) {
    return new DatabaseFacts("db", "17.6", "UTF8", fsync, commit, connections, 20, 4);
  }

  @Test
  void diskAndSecrets() {
    Path data = Path.of("data");
    assertThat(LocalCheck.disk(data, 10L << 30).level()).isEqualTo(Level.OK);
    assertThat(LocalCheck.disk(data, 1L << 30).level()).isEqualTo(Level.WARNING);
    assertThat(LocalCheck.disk(data, 1L << 20).text())
        .isEqualTo("1 MB are free in data: too little to begin");
    assertThat(LocalCheck.opened(Path.of("registration.yaml")).remedy())
        .isEqualTo("chmod 600 registration.yaml");
  }

  @Test
  void theSpacesProblemsAreSplitIntoWhatIsAndWhatToType() {
    TargetSpace target =
        new TargetSpace(
            null, null, List.of(), List.of("Ferry's bot is not in it: type /invite @b:c"));
    assertThat(SpaceCheck.space("#s:c", target))
        .containsExactly(
            Finding.problem(Check.SPACE, "Ferry's bot is not in it", "type /invite @b:c"));
  }

  @Test
  void aFindingIsPrintedWithItsRemedyBelow() {
    assertThat(Words.lines(Finding.problem(Check.WAY_BACK, "no way", "one\n  two")))
        .containsExactly("problem   way_back: no way", "          one", "            two");
    assertThat(Words.lines(Finding.ok(Check.DISK, "fine"))).containsExactly("ok        disk: fine");
  }
}
