package org.ferry.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import org.ferry.app.DemoFolder;
import org.ferry.app.DemoPerson.Sample;
import org.ferry.app.DemoRelay;
import org.ferry.app.DemoServer;

/** What the demo tells whoever looks on. */
final class DemoView {
  private static final int SHOWN = 60;

  private final Session session;
  private final DemoFolder folder;
  private final DemoServer server;

  DemoView(Session session, DemoFolder folder, DemoServer server) {
    this.session = session;
    this.folder = folder;
    this.server = server;
  }

  /** Said before {@link #show} where the servers do not stay up. */
  void ended() {
    session.say("");
    session.say(
        "The servers are stopped now. "
            + program()
            + " demo"
            + dir()
            + " starts them again, for all of this:");
  }

  /** What to look at; with {@code proven} false, how to see what differs. */
  void show(Optional<Sample> sample, List<DemoRelay.Post> posts, boolean proven) {
    session.say("");
    session.say("Look at it in Element (desktop, or app.element.io in a browser of this machine):");
    session.say("  homeserver  " + server.address());
    session.say("  user        " + server.personId());
    session.say("  password    %s".formatted(folder.password().reveal()));
    session.say(
        "              (kept in " + folder.passwordFile() + "; the account admin has it too)");
    sample.ifPresent(this::show);
    show(posts);
    session.say("");
    session.say(
        proven ? "Ask Ferry about it:" : "Something failed or differs. Ask Ferry about it:");
    for (String command : new String[] {"status", "verify", "mapping -o -"}) {
      session.say(
          "  " + program() + " -c " + Failures.quote(folder.config().toString()) + " " + command);
    }
  }

  private void show(Sample sample) {
    session.say("");
    session.say("Or ask the server for a message of " + sample.room() + ":");
    session.say(
        "  curl -s -H \"Authorization: Bearer $(cat %s)\" '%s%s'"
            .formatted(
                Failures.quote(folder.tokenFile().toString()), server.address(), sample.path()));
    session.say(
        "  It was sent by %s at %s: %s"
            .formatted(sample.sender(), sample.sent(), shortened(sample.text())));
  }

  private void show(List<DemoRelay.Post> posts) {
    if (posts.isEmpty()) {
      return;
    }
    session.say("");
    session.say("What was said after that came to the demo's webhook, signed; the posts:");
    for (DemoRelay.Post post : posts) {
      JsonNode json = post.json();
      JsonNode data = json.path("data");
      session.say(
          "  %s in %s: \"%s\", %s, signature checked"
              .formatted(
                  json.path("type").asText(),
                  post.room(),
                  data.path("body").asText(),
                  data.path("encrypted").asBoolean()
                      ? "encrypted, trust " + data.path("trust").asText()
                      : "not encrypted"));
      session.say("    " + post.body().replaceAll("\\p{Cntrl}", " "));
    }
  }

  private static String shortened(String text) {
    String line = text.lines().findFirst().orElse("");
    return line.codePointCount(0, line.length()) <= SHOWN
        ? line
        : line.substring(0, line.offsetByCodePoints(0, SHOWN)) + "…";
  }

  void stays() {
    session.say("");
    session.say("The servers stay up; Ctrl-C stops them and keeps everything.");
  }

  void ends() {
    session.tell("Stopping Synapse and PostgreSQL; go on with: " + program() + " demo" + dir());
  }

  /** What a person types: the launcher where they stand beside it. */
  private String program() {
    return Files.isExecutable(session.world().folder().resolve("ferry")) ? "./ferry" : "ferry";
  }

  private String dir() {
    return folder.equals(DemoFolder.standard(session.world().environment()))
        ? ""
        : " --dir " + Failures.quote(folder.path().toString());
  }
}
