package org.ferry.cli;

import java.nio.file.Path;
import java.util.regex.Pattern;
import org.ferry.config.Config;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What names a source on the command line. */
final class Sources {
  /** What word processors and other keyboards make of a hyphen; no dump is called so by chance. */
  private static final Pattern TYPESET_DASH =
      Pattern.compile("^[\\u2010-\\u2015\\u2212\\uFE58\\uFE63\\uFF0D]");

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "SOURCE",
      description =
          "A dump or homeserver.db, - for standard input, or a name from the configuration's sources;"
              + " the last load if not given.")
  @Nullable String source;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "What the source is, if its content does not say: synapse-dump.")
  @Nullable String type;

  @Option(
      names = "--media",
      paramLabel = "PATH",
      description = "The media_store beside it, folder or tar.")
  @Nullable Path media;

  /**
   * A source that a person named.
   *
   * @param name the path, {@code -}, or the name in the configuration
   * @param path the file; null for standard input
   * @param media its media_store, null where none is named
   */
  record Named(String name, @Nullable Path path, @Nullable Path media) {}

  /**
   * What was named; null where the last load is meant.
   *
   * @throws UsageException where the kind is not known or not available yet, or it is a mistyped
   *     option
   */
  @Nullable Named named(Config config, Path folder) {
    if (type != null && !type.equals("synapse-dump")) {
      throw new UsageException("--type " + type + " is unknown; there is synapse-dump.");
    }
    if (source == null) {
      return null;
    }
    if (TYPESET_DASH.matcher(source).find()) {
      throw new UsageException(
          source
              + " begins with a dash that options do not have; type them with the hyphen of the keyboard, such as --yes.");
    }
    Path store = media == null ? null : folder.resolve(media);
    Config.Source known = config.sources().get(source);
    if (known == null) {
      boolean stdin = source.equals("-");
      return new Named(source, stdin ? null : folder.resolve(source), store);
    }
    if (!known.type().equals("synapse-dump")) {
      throw NotYet.refusal("a source of type " + known.type());
    }
    return new Named(source, known.path(), store == null ? known.media() : store);
  }
}
