package org.ferry.migrate.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.ferry.id.UserId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StateTest {
  private static final UserId ALICE = new UserId("@old_alice:new.org");

  private final Stage stage = new Stage();

  @Test
  void makesLevelsWholeNumbersAndAddsTheBot() {
    assertThat(
            stage.stateContent(
                "m.room.power_levels",
                "{'users':{'@alice:old.org':'100','@bob:old.org':50.9,'@who:third.org':' 7 '},"
                    + "'events':{'m.room.name':'50','x':null,'y':1e2},'notifications':{'room':2.0},"
                    + "'users_default':'0','ban':true,'kick':'fifty','redact':[1],"
                    + "'invite':1e300,'state_default':-1e300,'events_default':9007199254740993}"))
        .isEqualTo(
            "{'users':{'@old_alice:new.org':100,'@bob:new.org':50,'@who:third.org':7,"
                + "'@ferry:new.org':100},'events':{'m.room.name':50,'y':100},"
                + "'notifications':{'room':2},'users_default':0,'invite':9007199254740991,"
                + "'state_default':-9007199254740991,'events_default':9007199254740991}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'users':[],'events':[],'notifications':7}",
        "{'users':'x','events':'y','notifications':null}",
        "{'users':{'nobody':100,'@':1,'':2,'@alice:old.org':{}},'ban':'1e999999999999'}",
      })
  void bearsLevelsOfOtherShapes(String content) {
    assertThat(stage.stateContent("m.room.power_levels", content))
        .isEqualTo("{'users':{'@ferry:new.org':100}}");
  }

  @Test
  void leavesCreatorsOutOfTheLevelsOfVersion12() {
    stage.room =
        new RoomContext(
            "old.org",
            "new.org",
            "12",
            Stage.BOT,
            Stage.BOT,
            Set.of(Stage.BOT, ALICE),
            false,
            false,
            false,
            true,
            "",
            RoomContext.Encrypted.LEFT);
    assertThat(
            stage.stateContent(
                "m.room.power_levels", "{'users':{'@alice:old.org':100,'@bob:old.org':100}}"))
        .isEqualTo("{'users':{'@bob:new.org':100}}");
    assertThat(stage.stateContent("m.room.power_levels", "{'ban':50}")).isEqualTo("{'ban':50}");
  }

  @Test
  void givesCreatorsOfVersion12TheHighestLevelWhereNobodyStandsAboveIt() {
    stage.room =
        new RoomContext(
            "old.org",
            "new.org",
            "10",
            Stage.BOT,
            Stage.BOT,
            Set.of(ALICE),
            false,
            false,
            false,
            true,
            "",
            RoomContext.Encrypted.LEFT);
    assertThat(stage.stateContent("m.room.power_levels", "{'users':{'@bob:old.org':50}}"))
        .isEqualTo("{'users':{'@bob:new.org':50,'@old_alice:new.org':100,'@ferry:new.org':100}}");
    assertThat(stage.stateContent("m.room.power_levels", "{'users':{'@alice:old.org':150}}"))
        .isEqualTo("{'users':{'@old_alice:new.org':150,'@ferry:new.org':100}}");
  }

  @Test
  void anArchiveBearsItsOwnName() {
    stage.room = stage.room.named(" (archive)");
    assertThat(stage.stateContent("m.room.name", "{'name':'Garden'}"))
        .isEqualTo("{'name':'Garden (archive)'}");
    assertThat(stage.stateContent("m.room.name", "{'name':''}")).isEqualTo("{'name':''}");
  }

  @Test
  void keepsTheBotOutOfADirectChat() {
    stage.room =
        new RoomContext(
            "old.org",
            "new.org",
            "10",
            Stage.BOT,
            ALICE,
            Set.of(),
            true,
            false,
            false,
            true,
            "",
            RoomContext.Encrypted.LEFT);
    assertThat(stage.stateContent("m.room.power_levels", "{'users':{'@alice:old.org':100}}"))
        .isEqualTo("{'users':{'@old_alice:new.org':100}}");
  }

  @Test
  void twoPeopleWhoBecomeOneHaveTheGreaterPower() {
    stage.known.users.put(new UserId("@bob:old.org"), ALICE);
    assertThat(
            stage.stateContent(
                "m.room.power_levels", "{'users':{'@alice:old.org':100,'@bob:old.org':0}}"))
        .contains("'@old_alice:new.org':100");
  }

  @Test
  void pointsRestrictedJoinRulesAtTheNewRooms() {
    assertThat(
            stage.stateContent(
                "m.room.join_rules",
                "{'join_rule':'restricted','allow':[{'type':'m.room_membership',"
                    + "'room_id':'!other:old.org'},{'type':'m.room_membership',"
                    + "'room_id':'!left:old.org'},{'type':'m.room_membership',"
                    + "'room_id':'!far:third.org'},{'type':'x'},{'room_id':'odd'}]}"))
        .isEqualTo(
            "{'join_rule':'restricted','allow':[{'type':'m.room_membership',"
                + "'room_id':'!v12hash'},{'type':'m.room_membership','room_id':'!far:third.org'},"
                + "{'type':'x'}]}");
    assertThat(stage.stateContent("m.room.join_rules", "{'join_rule':'invite','allow':{}}"))
        .isEqualTo("{'join_rule':'invite','allow':{}}");
  }

  @Test
  void keepsTheAliasesThatExist() {
    assertThat(
            stage.stateContent(
                "m.room.canonical_alias",
                "{'alias':'#hall:old.org','alt_aliases':['#hall:old.org','#x:old.org',7]}"))
        .isEqualTo("{'alias':'#hall:new.org','alt_aliases':['#hall:new.org']}");
    assertThat(
            stage.stateContent(
                "m.room.canonical_alias", "{'alias':'#x:old.org','alt_aliases':['#hall:old.org']}"))
        .isEqualTo("{'alt_aliases':['#hall:new.org']}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'alias':'#x:old.org'}",
        "{'alias':'#x:old.org','custom':1}",
        "{'alias':7}",
        "{'alt_aliases':['#x:old.org']}",
      })
  void leavesOutACanonicalAliasOfWhichNothingExists(String content) {
    assertThat(stage.state("m.room.canonical_alias", "", content))
        .isEqualTo(new Rewritten.Skip("alias"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{'alias':''}", "{'alias':null}"})
  void carriesTheEndOfACanonicalAlias(String content) {
    assertThat(stage.stateContent("m.room.canonical_alias", content)).isEqualTo(content);
  }

  @Test
  void pinsWhatIsThere() {
    assertThat(
            stage.stateContent(
                "m.room.pinned_events", "{'pinned':['$there','$redacted','$unheard',7,'x']}"))
        .isEqualTo("{'pinned':['$new_there']}");
    assertThat(stage.stateContent("m.room.pinned_events", "{'pinned':'$there'}"))
        .isEqualTo("{'pinned':'$there'}");
  }

  @Test
  void linksTombstonesToTheirSuccessors() {
    assertThat(stage.stateContent("m.room.tombstone", "{'replacement_room':'!other:old.org'}"))
        .isEqualTo("{'replacement_room':'!v12hash'}");
    assertThat(stage.state("m.room.tombstone", "", "{'replacement_room':'!later:old.org'}"))
        .isInstanceOf(Rewritten.Postpone.class);
    assertThat(stage.state("m.room.tombstone", "", "{'replacement_room':'!left:old.org'}"))
        .isInstanceOf(Rewritten.Skip.class);
    for (String content : new String[] {"{}", "{'replacement_room':7}"}) {
      assertThat(stage.stateContent("m.room.tombstone", content)).isEqualTo(content);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'allow':['*']}|{'allow':['*']}",
        "{'allow':['*'],'deny':['evil.org','*.evil.org']}"
            + "|{'allow':['*'],'deny':['evil.org','*.evil.org']}",
        "{'allow':['old.org','OLD.org','x.org']}|{'allow':['new.org','x.org']}",
        "{'allow':['x.org']}|{'allow':['x.org','new.org']}",
        "{'allow':['*.org']}|{'allow':['*.org']}",
        "{'allow':['n??.ORG']}|{'allow':['n??.ORG']}",
        "{'allow':['*'],'deny':['new.org','*','n*g','*.net']}|{'allow':['*'],'deny':['*.net']}",
        "{}|{'allow':['new.org']}",
        "{'allow':'*','deny':7}|{'allow':['new.org'],'deny':[]}",
        "{'allow':[7,null,'*']}|{'allow':['*']}",
        "{'allow':['*'],'allow_ip_literals':false}|{'allow':['*'],'allow_ip_literals':false}",
      })
  void neverLocksTheNewServerOut(String acl, String expected) {
    assertThat(stage.stateContent("m.room.server_acl", acl)).isEqualTo(expected);
  }

  @Test
  void neverLocksOutAServerWithAPortOrAnAddress() {
    stage.room =
        new RoomContext(
            "old.org",
            "127.0.0.1:8448",
            "10",
            Stage.BOT,
            Stage.BOT,
            Set.of(),
            false,
            false,
            false,
            true,
            "",
            RoomContext.Encrypted.LEFT);
    assertThat(
            stage.stateContent(
                "m.room.server_acl", "{'allow':['old.org'],'allow_ip_literals':false}"))
        .isEqualTo("{'allow':['127.0.0.1:8448','127.0.0.1'],'allow_ip_literals':true}");
  }

  @Test
  void hangsCarriedRoomsIntoSpacesOverTheNewServerAlone() {
    Rewritten child =
        stage.state(
            "m.space.child", "!other:old.org", "{'via':['old.org','x.org'],'suggested':true}");
    assertThat(((Rewritten.Send) child).stateKey()).isEqualTo("!v12hash");
    assertThat(Stage.sent(child)).isEqualTo("{'via':['new.org'],'suggested':true}");
    Rewritten far = stage.state("m.space.child", "!far:third.org", "{'via':['old.org']}");
    assertThat(((Rewritten.Send) far).stateKey()).isEqualTo("!far:third.org");
    assertThat(Stage.sent(far)).isEqualTo("{'via':['old.org']}");
    assertThat(Stage.sent(stage.state("m.space.child", "!other:old.org", "{}"))).isEqualTo("{}");
    assertThat(stage.state("m.space.child", "!later:old.org", "{}"))
        .isInstanceOf(Rewritten.Postpone.class);
    assertThat(stage.state("m.space.parent", "!left:old.org", "{}"))
        .isInstanceOf(Rewritten.Skip.class);
    assertThat(
            Stage.sent(
                stage.state(
                    "m.space.parent", "!other:old.org", "{'via':['old.org'],'canonical':true}")))
        .isEqualTo("{'via':['new.org']}");
  }

  @Test
  void carriesMembershipsUnderTheNewNames() {
    Rewritten kick =
        stage.state("m.room.member", "@bob:old.org", "{'membership':'leave','reason':'spam'}");
    assertThat(((Rewritten.Send) kick).stateKey()).isEqualTo("@bob:new.org");
    assertThat(((Rewritten.Send) kick).sender()).isEqualTo(ALICE);
    assertThat(Stage.sent(kick)).isEqualTo("{'membership':'leave','reason':'spam'}");
    assertThat(
            Stage.sent(
                stage.state(
                    "m.room.member",
                    "@alice:old.org",
                    "{'membership':'join','displayname':'A','avatar_url':null,"
                        + "'join_authorised_via_users_server':'@bob:old.org'}")))
        .isEqualTo("{'membership':'join','displayname':'A','avatar_url':null}");
  }

  @Test
  void carriesAnInvitationByAddressAsAnOrdinaryOne() {
    assertThat(
            Stage.sent(
                stage.state(
                    "m.room.member",
                    "@bob:old.org",
                    "{'membership':'invite','displayname':'B','avatar_url':null,"
                        + "'third_party_invite':{'display_name':'b...@x','signed':{}}}")))
        .isEqualTo("{'membership':'invite','displayname':'B','avatar_url':null}");
    assertThat(stage.state("m.room.third_party_invite", "token", "{}"))
        .isInstanceOf(Rewritten.Skip.class);
  }

  @Test
  void invitesNobodyWhomThePlanDoesNotKnow() {
    assertThat(stage.state("m.room.member", "@who:third.org", "{'membership':'invite'}"))
        .isEqualTo(new Rewritten.Skip("member is not carried"));
  }

  @Test
  void translatesStateKeysThatArePeople() {
    assertThat(((Rewritten.Send) stage.state("com.x", "@bob:old.org", "{}")).stateKey())
        .isEqualTo("@bob:new.org");
    assertThat(((Rewritten.Send) stage.state("com.x", "@who:x", "{}")).stateKey())
        .isEqualTo("@who:x");
    assertThat(((Rewritten.Send) stage.state("com.x", "", "{}")).stateKey()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "m.room.create",
        "m.room.aliases",
        "m.room.third_party_invite",
        "m.room.retention"
      })
  void someTypesAreNeverCarried(String type) {
    assertThat(stage.state(type, "", "{}")).isInstanceOf(Rewritten.Skip.class);
  }

  @Test
  void whatWouldCloseTheRoomComesLast() {
    String joined = "{'history_visibility':'joined'}";
    assertThat(stage.state("m.room.history_visibility", "", joined))
        .isEqualTo(new Rewritten.Last());
    assertThat(stage.state("m.room.history_visibility", "", "{'history_visibility':'invited'}"))
        .isEqualTo(new Rewritten.Last());
    assertThat(stage.state("m.room.encryption", "", "{'algorithm':'m.megolm.v1.aes-sha2'}"))
        .isEqualTo(new Rewritten.Last());
    for (String open : new String[] {"shared", "world_readable"}) {
      assertThat(
              stage.state("m.room.history_visibility", "", "{'history_visibility':'" + open + "'}"))
          .isInstanceOf(Rewritten.Send.class);
    }
    stage.room = Stage.V10.atTheEnd();
    assertThat(stage.stateContent("m.room.history_visibility", joined)).isEqualTo(joined);
    assertThat(stage.state("m.room.encryption", "", "{}")).isInstanceOf(Rewritten.Send.class);
  }
}
