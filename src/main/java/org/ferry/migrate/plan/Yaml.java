package org.ferry.migrate.plan;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** A YAML value with the line it begins in, counting from 1. */
sealed interface Yaml {
  /** The line. */
  int line();

  /**
   * A scalar.
   *
   * @param line where
   * @param value its text
   * @param plain true where it stands without quotation marks
   */
  record Text(int line, String value, boolean plain) implements Yaml {}

  /**
   * A sequence.
   *
   * @param line where
   * @param items what is in it
   */
  record Items(int line, List<Yaml> items) implements Yaml {}

  /**
   * A mapping.
   *
   * @param line where
   * @param fields what is in it, in the file's order
   */
  record Fields(int line, Map<String, Yaml> fields) implements Yaml {}

  /**
   * Reads one document. What no plan needs is refused, because it could only be meant to harm:
   * aliases, anchors, tags and deep nesting.
   *
   * @param text the whole file
   * @param problems told of what is wrong
   * @return the document; an empty mapping where it cannot be read at all
   */
  static Yaml read(String text, Problems problems) {
    LoadSettings settings =
        LoadSettings.builder()
            .setUseMarks(true)
            .setParseComments(false)
            .setCodePointLimit(Integer.MAX_VALUE)
            .build();
    try {
      return new Reader(new Parse(settings).parseString(text).iterator(), problems).document();
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(Mark::getLine).orElse(0) + 1;
      problems.add(line, "is not YAML: %s; %s".formatted(e.getProblem(), remedy(e, line)));
    } catch (YamlEngineException e) {
      problems.add(
          1, "is not YAML: %s; %s".formatted(Names.shown(String.valueOf(e.getMessage())), ANEW));
    } catch (Refused e) {
      problems.add(e.line, String.valueOf(e.getMessage()));
    }
    return new Fields(1, Map.of());
  }

  /** What helps where nothing more precise can be said. */
  String ANEW =
      "put the line back as ferry plan wrote it, or move the file away and run ferry plan again";

  /** What is usually wrong where a parser says this; the place may be shortly behind it. */
  private static String remedy(MarkedYamlEngineException e, int line) {
    String problem = String.valueOf(e.getProblem());
    int began = e.getContextMark().map(Mark::getLine).orElse(line - 1) + 1;
    if (problem.contains("TAB") || problem.contains("\\t")) {
      return "indent with spaces";
    }
    if (problem.contains("end of stream") || problem.contains("document separator")) {
      return "a quotation mark or bracket of line %d is not closed: close it".formatted(began);
    }
    if (problem.contains("cannot start any token")) {
      return "put values that begin with @, ` or % in quotation marks";
    }
    if (problem.contains("mapping values are not allowed")) {
      return "put values that hold a colon in quotation marks, and indent the line as its neighbours";
    }
    return "look for a missing quotation mark, bracket, comma or colon or another indentation in lines %d to %d, or %s"
        .formatted(Math.min(began, line), line, ANEW);
  }

  /** Something that ends the reading at once. */
  final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int line;

    private Refused(int line, String message) {
      super(message);
      this.line = line;
    }
  }

  /** Builds values from the parser's events. */
  final class Reader {
    private static final int DEEPEST = 10;

    private final Iterator<Event> events;
    private final Problems problems;

    private Reader(Iterator<Event> events, Problems problems) {
      this.events = events;
      this.problems = problems;
    }

    private Yaml document() {
      Yaml value = new Fields(1, Map.of());
      int documents = 0;
      while (events.hasNext()) {
        Event event = events.next();
        if (event instanceof NodeEvent) {
          if (++documents > 1) {
            throw new Refused(line(event), "holds a second document; keep the first only");
          }
          value = value(event, 0);
        }
      }
      return value;
    }

    private Yaml value(Event event, int depth) {
      if (event instanceof AliasEvent
          || (event instanceof NodeEvent n && n.getAnchor().isPresent())) {
        throw new Refused(
            line(event),
            "anchors and aliases (& and *) are not allowed in a plan; write the value out, in quotation marks where it begins with & or *");
      }
      if (depth > DEEPEST) {
        throw new Refused(line(event), "is nested too deeply for a plan; " + ANEW);
      }
      return switch (event.getEventId()) {
        case Scalar -> {
          ScalarEvent scalar = (ScalarEvent) event;
          yield new Text(line(event), scalar.getValue(), scalar.isPlain());
        }
        case SequenceStart -> items(line(event), depth);
        default -> fields(line(event), depth);
      };
    }

    private Items items(int line, int depth) {
      List<Yaml> items = new ArrayList<>();
      Event event = events.next();
      while (event.getEventId() != Event.ID.SequenceEnd) {
        items.add(value(event, depth + 1));
        event = events.next();
      }
      return new Items(line, items);
    }

    private Fields fields(int line, int depth) {
      Map<String, Yaml> fields = new LinkedHashMap<>();
      Event event = events.next();
      while (event.getEventId() != Event.ID.MappingEnd) {
        if (!(event instanceof ScalarEvent key)) {
          throw new Refused(line(event), "a key must be a word, such as action; " + ANEW);
        }
        Yaml value = value(events.next(), depth + 1);
        if (fields.putIfAbsent(key.getValue(), value) != null) {
          problems.add(
              line(event),
              Problems.quoted(key.getValue())
                  + " stands here twice; take one of the two lines out");
        }
        event = events.next();
      }
      return new Fields(line, fields);
    }

    private static int line(Event event) {
      return event.getStartMark().map(Mark::getLine).orElse(0) + 1;
    }
  }
}
