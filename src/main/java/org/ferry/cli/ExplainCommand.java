package org.ferry.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.ferry.app.Conversations;
import org.ferry.app.Followed;
import org.ferry.migrate.explain.Explainer;
import org.ferry.migrate.explain.Known;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    description = {
      "Say all that is known of one event, room, user, alias or file, by its old or new id.",
      "Works while migrate or run is at work; exit status 1 where nothing is known."
    },
    footer = {
      "  ferry explain '$Rqnc-F-dvnEYJTyHq_iKxU2bZ1CI92-kuZq3a5lr5Zg'",
      "  ferry explain @alice:old.example.org --json"
    })
final class ExplainCommand extends FerryCommand {
  @Parameters(
      paramLabel = "ID",
      description =
          "An event id ($…), room id (!…), user id (@…), alias (#…) or file (mxc://…), of either"
              + " side, or a delivery (msg_…); whole.")
  String id = "";

  @Option(
      names = "--content",
      description = "Show the content of an event as well; it may be private.")
  boolean content;

  @Option(names = "--json", description = "As JSON on standard output.")
  boolean json;

  ExplainCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    try (Work work = new Work(session())) {
      Explainer explainer =
          new Explainer(
              work.ferry().sources(),
              work.ferry().crossings(),
              c -> Followed.kept(work.ferry(), c),
              source -> work.ferry().decryption(source).looking(),
              content);
      DeliveriesView deliveries = DeliveriesView.of(work.ferry(), id);
      List<Known> known = new ArrayList<>();
      if (!id.startsWith("msg_")) {
        known.addAll(explained(explainer));
        known.addAll(new Conversations(work.ferry()).explain(id));
      }
      if (json) {
        session().json(deliveries.into(json(known)));
      } else {
        known.forEach(this::show);
        deliveries.lines().forEach(session()::say);
      }
      if (known.isEmpty() && deliveries.isEmpty()) {
        session().tell("ferry: nothing is known of %s; %s.".formatted(id, explainer.lookedIn()));
      }
      return known.isEmpty() && deliveries.isEmpty() ? ExitStatus.FAILED : ExitStatus.DONE;
    }
  }

  private List<Known> explained(Explainer explainer) {
    try {
      return explainer.explain(id);
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          id
              + " is no Matrix id: an event id begins with $, a room id with !, a user id with @,"
              + " an alias with #, a file with mxc://. Put it in single quotes.");
    }
  }

  private void show(Known known) {
    session().say("%s, %s".formatted(known.kind(), known.where()));
    known
        .facts()
        .forEach((name, value) ->
            session()
                .say(
                    "  %-16s %s"
                        .formatted(name.replace('_', ' '), Shown.inLine(String.valueOf(value)))));
  }

  private ObjectNode json(List<Known> known) {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("id", id);
    ArrayNode all = json.putArray("known");
    for (Known k : known) {
      ObjectNode one = all.addObject().put("kind", k.kind()).put("where", k.where());
      k.facts().forEach(one::putPOJO);
    }
    return json;
  }
}
