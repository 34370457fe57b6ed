package org.ferry.migrate.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FilesTest {
  private final Stage stage = new Stage();

  @Test
  void givesPicturesTheirNewAddresses() {
    assertThat(
            stage.message(
                "{'msgtype':'m.image','body':'a.png','url':'mxc://old.org/pic',"
                    + "'info':{'w':1,'thumbnail_url':'mxc://old.org/thumb'}}"))
        .isEqualTo(
            "{'msgtype':'m.image','body':'a.png','url':'mxc://new.org/PIC',"
                + "'info':{'w':1,'thumbnail_url':'mxc://new.org/THUMB'}}");
    assertThat(Stage.sent(stage.rewrite("m.sticker", "{'url':'mxc://old.org/pic'}")))
        .isEqualTo("{'url':'mxc://new.org/PIC'}");
  }

  @Test
  void changesOnlyTheAddressOfAnEncryptedFile() {
    String file =
        "{'msgtype':'m.file','body':'a','file':{'v':'v2','key':{'alg':'A256CTR','ext':true,"
            + "'k':'qcHVMSgYg-71CauWBezXI5qkaRb0LuIy-Wx5kIaHMIA','key_ops':['encrypt','decrypt'],"
            + "'kty':'oct'},'iv':'X85+XgHN+HEAAAAAAAAAAA','hashes':{'sha256':'5qG4+/=='},"
            + "'url':'mxc://%s'},'info':{'thumbnail_file':{'iv':'a','url':'mxc://%s'}}}";
    assertThat(stage.message(file.formatted("old.org/pic", "old.org/thumb")))
        .isEqualTo(file.formatted("new.org/PIC", "new.org/THUMB"));
  }

  @Test
  void carriesVoiceMessages() {
    String voice =
        "{'msgtype':'m.audio','body':'Voice message','url':'mxc://%1$s',"
            + "'org.matrix.msc1767.audio':{'duration':1,'waveform':[0,1]},"
            + "'org.matrix.msc1767.file':{'url':'mxc://%1$s','size':5},"
            + "'org.matrix.msc3245.voice':{}}";
    assertThat(stage.message(voice.formatted("old.org/pic")))
        .isEqualTo(voice.formatted("new.org/PIC"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'msgtype':'m.image','url':'mxc://old.org/gone'}",
        "{'msgtype':'m.video','url':'mxc://old.org/gone'}",
        "{'msgtype':'m.audio','url':'mxc://old.org/gone'}",
        "{'msgtype':'m.file','file':{'url':'mxc://old.org/gone'}}",
        "{'msgtype':'m.text','m.new_content':{'msgtype':'m.image','url':'mxc://old.org/gone'},"
            + "'m.relates_to':{'rel_type':'m.replace','event_id':'$there'}}",
      })
  void failsWithTheRemedyWithoutTheFileItself(String content) {
    assertThat(stage.rewrite("m.room.message", content))
        .isEqualTo(new Rewritten.Fail("gone: give --media"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'msgtype':'m.image','url':'mxc://old.org/x','info':{'thumbnail_url':'mxc://old.org/gone'}}",
        "{'msgtype':'m.location','geo_uri':'geo:1,2','info':{'thumbnail_url':'mxc://old.org/gone'}}",
        "{'msgtype':'m.text','body':'b','formatted_body':'<img src=\\\"mxc://old.org/gone\\\">'}",
        "{'msgtype':'m.image','url':'mxc://third.org/abc'}",
        "{'msgtype':'m.image','url':'mxc://old.org/../../pic'}",
        "{'msgtype':'m.image','url':'mxc://old.org/%2e%2e'}",
        "{'msgtype':'m.image','url':'mxc://old.org/pic?x'}",
        "{'msgtype':'m.image','url':'mxc://old.org/pic#x'}",
        "{'msgtype':'m.image','url':'mxc://old.org'}",
        "{'msgtype':'m.image','url':'https://old.org/pic'}",
        "{'msgtype':'m.image','url':7,'file':'mxc'}",
      })
  void keepsAddressesThatHaveNoNewOne(String content) {
    assertThat(stage.message(content)).isEqualTo(content.replace("\\\"", "\\'"));
  }

  @Test
  void translatesPicturesOfRoomsAndMembers() {
    assertThat(stage.stateContent("m.room.avatar", "{'url':'mxc://old.org/pic'}"))
        .isEqualTo("{'url':'mxc://new.org/PIC'}");
    assertThat(stage.stateContent("m.room.avatar", "{'url':'mxc://old.org/gone'}"))
        .isEqualTo("{'url':'mxc://old.org/gone'}");
    assertThat(
            Stage.sent(
                stage.state(
                    "m.room.member",
                    "@alice:old.org",
                    "{'membership':'join','displayname':'A','avatar_url':'mxc://old.org/pic'}")))
        .isEqualTo("{'membership':'join','displayname':'A','avatar_url':'mxc://new.org/PIC'}");
  }

  @Test
  void leavesCustomTypesAsTheyAreButForTheirFiles() {
    String custom =
        "{'body':'https://matrix.to/#/@bob:old.org','topic':'https://matrix.to/#/@bob:old.org',"
            + "'user':'@bob:old.org','room':'!room:old.org','event':'$there','list':['%1$s',1],"
            + "'msgtype':'m.image','url':'mxc://old.org/gone','deep':{'er':[{'est':'%1$s'}]}}";
    assertThat(Stage.sent(stage.rewrite("com.example.note", custom.formatted("mxc://old.org/pic"))))
        .isEqualTo(custom.formatted("mxc://new.org/PIC"));
  }

  @Test
  void translatesMentionsOnceInTheirOwnPlace() {
    assertThat(
            stage.message(
                "{'body':'@bob:old.org','m.mentions':{'user_ids':['@bob:old.org',"
                    + "'@stranger:third.org'],'room':true}}"))
        .isEqualTo(
            "{'body':'@bob:old.org','m.mentions':{'user_ids':['@bob:new.org',"
                + "'@stranger:third.org'],'room':true}}");
  }

  @Test
  void readsExtensibleTexts() {
    assertThat(
            stage.message(
                "{'m.text':[{'body':'https://matrix.to/#/@bob:old.org'},{'mimetype':'text/html',"
                    + "'body':'<a href=https://matrix.to/#/@bob:old.org>B</a>'}]}"))
        .doesNotContain("old.org");
    assertThat(stage.stateContent("m.room.topic", "{'topic':'https://matrix.to/#/#hall:old.org'}"))
        .isEqualTo("{'topic':'https://matrix.to/#/#hall:new.org'}");
  }
}
