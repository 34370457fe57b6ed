package org.ferry.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.ferry.id.UserId;

/**
 * Forgets texts or people. Each of it is one transaction, after which the tables are written anew,
 * so that their files hold nothing of it either. For one thread; blocks.
 */
public final class Forgetting implements AutoCloseable {
  /** What each load brings and is text. */
  static final String LOADED_TEXTS =
      """
      update ferry.stranger set member_content = null where member_content is not null;
      update ferry.media set name = null where name is not null;
      update ferry.account_data set content = '{}'
        where type not in ('m.direct', 'm.tag', 'm.push_rules', 'm.ignored_user_list');
      """;

  private static final String OTHER_TEXTS =
      """
      delete from ferry.load_problem;
      update ferry.inbox_transaction set body = '' where body <> '';
      update ferry.crossing_setting set before = null where before like '%"was":%';
      """;
  private static final String COUNT =
      """
      update ferry.source s set forgotten = (
        select count(*) from ferry.event e
        where e.source = s.id and e.content like '{"org.ferry.forgotten":%')
      """;
  private static final String TABLES =
      """
      select c.relname from pg_class c
      where c.relnamespace = 'ferry'::regnamespace and c.relkind = 'r'
        and c.relname not in ('schema_history', 'claim')
      """;

  private static final String FORBIDDEN = "42501";

  private final Connection connection;
  private final Database database;

  Forgetting(Connection connection, Database database) {
    this.connection = connection;
    this.database = database;
  }

  /**
   * Empties the text of all events, and what else people wrote.
   *
   * @return how many events
   */
  public long content() {
    return whole(() -> {
      long events = new Texts(connection, new Erasure(connection).hash()).forget(Texts.ALL);
      run(LOADED_TEXTS);
      run(OTHER_TEXTS);
      run(LiveTexts.FORGET);
      run(DeliveredTexts.FORGET);
      new KeptTexts(connection).forget();
      run(COUNT);
      return events;
    });
  }

  /**
   * Erases a person from everything.
   *
   * @param user an id of either side
   * @return how many rows were touched
   */
  public long user(UserId user) {
    return whole(() -> new Erasure(connection).erase(user.value()));
  }

  private interface Work {
    long run() throws SQLException;
  }

  private long whole(Work work) {
    try {
      connection.setAutoCommit(false);
      long rows = work.run();
      connection.commit();
      connection.setAutoCommit(true);
      for (String table : tables()) {
        run("vacuum (full) ferry." + table);
      }
      checkpoint();
      return rows;
    } catch (SQLException e) {
      throw database.explain(e);
    }
  }

  /** An ordinary user may not ask for one; the server makes its own within minutes. */
  private void checkpoint() throws SQLException {
    try {
      run("checkpoint");
    } catch (SQLException e) {
      if (!FORBIDDEN.equals(e.getSQLState())) {
        throw e;
      }
    }
  }

  private List<String> tables() throws SQLException {
    List<String> tables = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(TABLES);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        tables.add(row.getString(1));
      }
    }
    return tables;
  }

  private void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      var unused = statement.execute(sql);
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw database.explain(e);
    }
  }
}
