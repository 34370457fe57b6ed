package org.ferry.store.api;

import io.vertx.sqlclient.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ferry.live.watch.Figures;
import org.ferry.store.Database;

/** Numbers from PostgreSQL. */
public final class PgFigures implements Figures {
  private static final Duration OFTEN = Duration.ofSeconds(5);
  private static final Duration SELDOM = Duration.ofSeconds(60);
  private static final String WITHHELD = "withheld ";

  /** The codes of the specification ({@code m.room_key.withheld}). */
  private static final Set<String> CODES =
      Set.of("m.blacklisted", "m.unverified", "m.unauthorised", "m.unavailable", "m.no_olm");

  private final Database database;
  private final Remembered<List<Figure>> often;
  private final Remembered<List<Figure>> seldom;

  /**
   * Numbers of a database, which is asked every 5 seconds at most, for what is costly every minute.
   *
   * @param database stays the caller's
   */
  public PgFigures(Database database) {
    this(database, OFTEN, SELDOM);
  }

  /**
   * The same, with other pauses.
   *
   * @param database stays the caller's
   * @param often how old most numbers may be
   * @param seldom how old those may be that cost more
   */
  public PgFigures(Database database, Duration often, Duration seldom) {
    this.database = database;
    this.often = new Remembered<>(often, this::present);
    this.seldom = new Remembered<>(seldom, () -> figures(FigureSql.SELDOM));
  }

  @Override
  public List<Figure> look() {
    List<Figure> all = new ArrayList<>(often.get());
    all.addAll(seldom.get());
    return all;
  }

  private List<Figure> present() {
    List<Figure> all = new ArrayList<>(figures(FigureSql.OFTEN));
    all.addAll(figures(FigureSql.WEBHOOKS));
    all.addAll(figures(FigureSql.REPLAY));
    undecryptable()
        .forEach((reason, n) -> all.add(new Figure("undecryptable", List.of(reason), n)));
    return all;
  }

  private List<Figure> figures(String sql) {
    List<Figure> all = new ArrayList<>();
    for (Row row : database.run(sql)) {
      List<String> labels = List.of(row.getArrayOfStrings(1));
      boolean unused = all.add(new Figure(row.getString(0), labels, row.getDouble(2)));
    }
    return all;
  }

  @Override
  public Map<String, Long> undecryptable() {
    Map<String, Long> counts = new LinkedHashMap<>();
    for (Row row : database.run(FigureSql.UNDECRYPTABLE)) {
      Long unused = counts.merge(reason(row.getString(0)), row.getLong(1), Long::sum);
    }
    return counts;
  }

  /** Whoever withholds a key gives a code, and may make one up for each event. */
  private static String reason(String kept) {
    boolean odd = kept.startsWith(WITHHELD) && !CODES.contains(kept.substring(WITHHELD.length()));
    return odd ? WITHHELD + "other" : kept;
  }

  @Override
  public Pool pool() {
    Database.Use use = database.use();
    return new Pool(use.open(), use.most(), use.busy());
  }
}
