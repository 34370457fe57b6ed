package org.ferry.testing.elder;

import static org.ferry.testing.elder.Elder.edit;
import static org.ferry.testing.elder.Elder.json;
import static org.ferry.testing.elder.Elder.put;
import static org.ferry.testing.elder.Elder.reaction;
import static org.ferry.testing.elder.Elder.related;
import static org.ferry.testing.elder.Elder.reply;
import static org.ferry.testing.elder.Elder.text;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import org.ferry.lab.LabClient;

/** A room in which every kind of message occurs. */
final class Workshop {
  private static final int LARGEST_BODY = 63_000;

  private final Elder elder;
  private final String room;

  Workshop(Elder elder) {
    this.elder = elder;
    this.room =
        elder.room(
            "workshop",
            elder.ann,
            "{'preset': 'public_chat', 'room_version': '10', 'name': 'Wörkshop 🛠 工房', 'room_alias_name': 'workshop'}");
  }

  void fill() {
    for (LabClient who : new LabClient[] {elder.ben, elder.cleo, elder.dan, elder.remy}) {
      String same = who.join("#workshop:" + elder.home.serverName());
      if (!same.equals(room)) {
        throw new AssertionError(same);
      }
    }
    edits();
    redactedWithEchoes();
    files();
    formatted();
    polls();
    relations();
    oddities();
    state();
    receipts();
  }

  @CanIgnoreReturnValue
  private String message(String name, LabClient who, ObjectNode content) {
    return elder.note("workshop." + name, who.send(room, "m.room.message", content));
  }

  @CanIgnoreReturnValue
  private String event(String name, LabClient who, String type, ObjectNode content) {
    return elder.note("workshop." + name, who.send(room, type, content));
  }

  private void edits() {
    String first = message("edited", elder.ben, text("version zero"));
    String one = message("edit1", elder.ben, edit(first, "version one"));
    message("edit2", elder.ben, edit(first, "version two"));
    message("edit3", elder.ben, edit(first, "version three"));
    message("editOfEdit", elder.ben, edit(one, "an edit of an edit"));
    message("editByOther", elder.cleo, edit(first, "not cleo's to edit"));
  }

  /** A redacted message whose words live on in its edits and in what quotes it. */
  private void redactedWithEchoes() {
    String gone = message("gone", elder.ben, text("CANARY original words"));
    message("goneEdit", elder.ben, edit(gone, "CANARY edited words"));
    ObjectNode quoting = text("> <@ben> CANARY original words\n\nI disagree");
    quoting
        .put("format", "org.matrix.custom.html")
        .put(
            "formatted_body",
            "<mx-reply><blockquote><a href=\"https://matrix.to/#/%s/%s\">In reply to</a><br>CANARY original words</blockquote></mx-reply>I disagree"
                .formatted(room, gone));
    message("goneReply", elder.cleo, reply(quoting, gone));
    event("goneReaction", elder.cleo, "m.reaction", reaction(gone, "😱"));
    elder.note("workshop.goneRedaction", elder.ben.redact(room, gone, "typed in the wrong window"));
    String liked = message("liked", elder.ben, text("liked, then not"));
    String like = event("unliked", elder.cleo, "m.reaction", reaction(liked, "❤️"));
    elder.note("workshop.unlike", elder.cleo.redact(room, like, ""));
  }

  private void files() {
    String thumbnail = elder.file("thumbnail.png", elder.ben, "image/png");
    media(
        "image",
        elder.ben,
        "m.image",
        elder.file("picture.png", elder.ben, "image/png"),
        "image/png");
    ObjectNode video =
        json(
            "{'msgtype': 'm.video', 'body': 'film.mp4', 'info': {'mimetype': 'video/mp4', 'duration': 4000, 'w': 640, 'h': 480}}");
    video.put("url", elder.file("film.mp4", elder.ben, "video/mp4"));
    video.withObject("info").put("thumbnail_url", thumbnail);
    message("video", elder.ben, video);
    media(
        "audio",
        elder.cleo,
        "m.audio",
        elder.file("song.ogg", elder.cleo, "audio/ogg"),
        "audio/ogg");
    ObjectNode voice =
        json(
            "{'msgtype': 'm.audio', 'body': 'Voice message', 'info': {'mimetype': 'audio/ogg', 'duration': 1500}, 'org.matrix.msc1767.audio': {'duration': 1500, 'waveform': [1, 500, 1024]}, 'org.matrix.msc3245.voice': {}}");
    message(
        "voice", elder.cleo, voice.put("url", elder.file("voice.ogg", elder.cleo, "audio/ogg")));
    ObjectNode secret =
        json(
            "{'msgtype': 'm.file', 'body': 'sealed.bin', 'file': {'v': 'v2', 'key': {'alg': 'A256CTR', 'ext': true, 'k': 'aWF6LTMyOWVoYm1kMzI3d2Fpc2R1ZmFzZGhmYXNkZmY', 'key_ops': ['encrypt', 'decrypt'], 'kty': 'oct'}, 'iv': 'w+sE15fzSc0AAAAAAAAAAA', 'hashes': {'sha256': 'fdSLu/YkRx3Wyh3KQabP3rd6+SFiKg5lsJZQHtkSAYA'}}}");
    secret
        .withObject("file")
        .put("url", elder.file("sealed.bin", elder.dan, "application/octet-stream"));
    message("encryptedFile", elder.dan, secret);
    ObjectNode sticker =
        json("{'body': 'a cat', 'info': {'mimetype': 'image/png', 'w': 64, 'h': 64}}");
    sticker.put("url", elder.file("sticker.png", elder.dan, "image/png"));
    event("sticker", elder.dan, "m.sticker", sticker);
    // The same file twice; a file of the other server that was fetched; one that never was.
    media("imageAgain", elder.dan, "m.image", elder.facts.file("picture.png"), "image/png");
    String remote = elder.file("remote.png", elder.remy, "image/png");
    media("remoteImage", elder.remy, "m.image", remote, "image/png");
    byte[] fetched = elder.ann.download(remote);
    if (fetched.length == 0) {
      throw new AssertionError("the remote file is empty");
    }
    String unseen = elder.file("unseen.png", elder.remy, "image/png");
    media("remoteImageUnseen", elder.remy, "m.image", unseen, "image/png");
    media(
        "lostFile",
        elder.ben,
        "m.file",
        elder.file("lost.txt", elder.ben, "text/plain"),
        "text/plain");
    String bad = elder.file("quarantined.png", elder.ben, "image/png");
    media("quarantined", elder.ben, "m.image", bad, "image/png");
    Elder.post(
        elder.ann,
        json("{}"),
        "/_synapse/admin/v1/media/quarantine/" + bad.substring("mxc://".length()));
  }

  private void media(String name, LabClient who, String type, String mxc, String mimetype) {
    ObjectNode content =
        json("{}").put("msgtype", type).put("body", name + " file").put("url", mxc);
    content.putObject("info").put("mimetype", mimetype).put("size", 20);
    message(name, who, content);
  }

  private void formatted() {
    String first = elder.facts.event("workshop.edited");
    String server = elder.home.serverName();
    ObjectNode pills = text("Ben: see #workshop and this message");
    pills
        .put("format", "org.matrix.custom.html")
        .put(
            "formatted_body",
            "<a href=\"https://matrix.to/#/@ben:%s\">Ben</a>: see <a href=\"https://matrix.to/#/%%23workshop:%s\">#workshop</a> and <a href=\"https://matrix.to/#/%s/%s?via=%s\">this message</a> or <a href=\"matrix:u/ben:%s\">him</a> and <a href=\"https://example.org/a?b=c&amp;d\">that</a>"
                .formatted(server, server, room, first, server, server));
    pills.putObject("m.mentions").putArray("user_ids").add(elder.ben.userId());
    message("pills", elder.cleo, pills);
    message(
        "permalinkInText",
        elder.cleo,
        text("https://matrix.to/#/%s/%s?via=%s".formatted(room, first, server)));
    message("emote", elder.dan, json("{'msgtype': 'm.emote', 'body': 'waves'}"));
    message(
        "notice",
        elder.dan,
        json("{'msgtype': 'm.notice', 'body': 'beep', 'm.mentions': {'room': true}}"));
    message(
        "location",
        elder.dan,
        json(
            "{'msgtype': 'm.location', 'body': 'Here', 'geo_uri': 'geo:48.2,16.4;u=35', 'org.matrix.msc3488.location': {'uri': 'geo:48.2,16.4'}}"));
    message(
        "ownType",
        elder.dan,
        json("{'msgtype': 'org.example.dice', 'body': 'rolled 6', 'dice': [6]}"));
  }

  private void polls() {
    String poll =
        event(
            "poll",
            elder.ann,
            "org.matrix.msc3381.poll.start",
            json(
                "{'org.matrix.msc3381.poll.start': {'kind': 'org.matrix.msc3381.poll.disclosed', 'max_selections': 1, 'question': {'org.matrix.msc1767.text': 'Tea?', 'body': 'Tea?', 'msgtype': 'm.text'}, 'answers': [{'id': 'y', 'org.matrix.msc1767.text': 'Yes'}, {'id': 'n', 'org.matrix.msc1767.text': 'No'}]}, 'org.matrix.msc1767.text': 'Tea?'}"));
    event(
        "vote",
        elder.ben,
        "org.matrix.msc3381.poll.response",
        related(
            json("{'org.matrix.msc3381.poll.response': {'answers': ['y']}}"), "m.reference", poll));
    event(
        "pollEnd",
        elder.ann,
        "org.matrix.msc3381.poll.end",
        related(
            json("{'org.matrix.msc3381.poll.end': {}, 'org.matrix.msc1767.text': 'Ended'}"),
            "m.reference",
            poll));
    String stable =
        event(
            "stablePoll",
            elder.ann,
            "m.poll.start",
            json(
                "{'m.poll': {'kind': 'm.disclosed', 'max_selections': 2, 'question': {'m.text': [{'body': 'Cake?'}]}, 'answers': [{'m.id': 'a', 'm.text': [{'body': 'A'}]}, {'m.id': 'b', 'm.text': [{'body': 'B'}]}]}, 'm.text': [{'body': 'Cake?'}]}"));
    event(
        "stableVote",
        elder.dan,
        "m.poll.response",
        related(json("{'m.selections': ['a', 'b']}"), "m.reference", stable));
  }

  private void relations() {
    String root = message("threadRoot", elder.ben, text("a thread begins"));
    String inside = message("thread1", elder.cleo, related(text("first in it"), "m.thread", root));
    message(
        "thread2", elder.dan, reply(related(text("answers the first"), "m.thread", root), inside));
    message("threadEdit", elder.dan, edit(elder.facts.event("workshop.thread2"), "answers better"));
    event("threadReaction", elder.ann, "m.reaction", reaction(inside, "🧵"));
    message(
        "replyToNothing",
        elder.dan,
        reply(text("to what?"), "$neverseen0000000000000000000000000000000000"));
    message("ownRelation", elder.dan, related(text("of its own kind"), "org.example.rel", root));
    event(
        "move",
        elder.ben,
        "org.example.game.move",
        related(json("{'from': 'e2', 'to': 'e4'}"), "m.reference", root));
  }

  private void oddities() {
    message("nul", elder.ben, text("a\0b"));
    message("bodyIsNumber", elder.ben, text("becomes a number"));
    message("noMsgtype", elder.ben, text("what am I"));
    message("empty", elder.ben, text("becomes empty"));
    message(
        "copyCharacters",
        elder.ben,
        text("tab\tnewline\nreturn\rbackslash\\ \\N \\. \\x41 quote\" bell\u0007 end"));
    message("bidi", elder.ben, text("שלום \u202Eabc\u202C 👩‍👩‍👧‍👦 \uD834\uDD1E e\u0301"));
    message("huge", elder.ben, text("x".repeat(LARGEST_BODY)));
    message("surrogate", elder.ben, text("becomes a lone surrogate"));
    elder.note("workshop.remote", elder.remy.say(room, "from another server"));
  }

  private void state() {
    state(
        "pinned",
        "m.room.pinned_events",
        "",
        json(
            "{'pinned': ['%s', '%s']}"
                .formatted(
                    elder.facts.event("workshop.edited"), elder.facts.event("workshop.gone"))));
    state(
        "acl",
        "m.room.server_acl",
        "",
        json(
            "{'allow': ['*'], 'deny': ['evil.example.org', '*.bad.example.org'], 'allow_ip_literals': true}"));
    state("board", "org.example.board", "a/ü b", json("{'colour': 'red'}"));
    state("boardAgain", "org.example.board", "a/ü b", json("{'colour': 'blue'}"));
    elder.note(
        "workshop.widget",
        elder.ben.setState(
            room,
            "m.room.member",
            elder.ben.userId(),
            json("{'membership': 'join', 'displayname': 'Ben at work'}")));
    state(
        "avatar",
        "m.room.avatar",
        "",
        json("{}").put("url", elder.file("room.png", elder.ann, "image/png")));
    ObjectNode levels = (ObjectNode) elder.ann.state(room, "m.room.power_levels", "");
    levels.withObject("users").put(elder.ben.userId(), 50).put(elder.remy.userId(), 25);
    levels.withObject("events").put("org.example.board", 0);
    state("levels", "m.room.power_levels", "", levels);
    state("guest", "m.room.guest_access", "", json("{'guest_access': 'forbidden'}"));
    state("visibility", "m.room.history_visibility", "", json("{'history_visibility': 'joined'}"));
    state(
        "thirdParty",
        "m.room.third_party_invite",
        "tok",
        json(
            "{'display_name': 'ma...@example.org', 'key_validity_url': 'https://id.example.org/v', 'public_key': 'abc', 'public_keys': []}"));
    state("retention", "m.room.retention", "", json("{'max_lifetime': 315360000000}"));
    elder.note("workshop.last", elder.cleo.say(room, "the last word"));
  }

  private void state(String name, String type, String key, ObjectNode content) {
    elder.note("workshop." + name, elder.ann.setState(room, type, key, content));
  }

  private void receipts() {
    String last = elder.facts.event("workshop.last");
    String thread = elder.facts.event("workshop.threadRoot");
    String pattern = "/_matrix/client/v3/rooms/%s/receipt/%s/%s";
    Elder.post(elder.ben, json("{}"), pattern, room, "m.read", last);
    Elder.post(elder.ben, json("{'thread_id': 'main'}"), pattern, room, "m.read", last);
    Elder.post(
        elder.dan,
        json("{}").put("thread_id", thread),
        pattern,
        room,
        "m.read",
        elder.facts.event("workshop.thread2"));
    Elder.post(elder.cleo, json("{}"), pattern, room, "m.read.private", last);
    Elder.post(
        elder.ann,
        json("{}").put("m.fully_read", last).put("m.read", last),
        "/_matrix/client/v3/rooms/%s/read_markers",
        room);
    put(
        elder.ben,
        json("{'order': 0.25}"),
        "/_matrix/client/v3/user/%s/rooms/%s/tags/%s",
        elder.ben.userId(),
        room,
        "m.favourite");
    put(
        elder.ben,
        json("{}"),
        "/_matrix/client/v3/user/%s/rooms/%s/tags/%s",
        elder.ben.userId(),
        room,
        "u.wörk");
  }
}
