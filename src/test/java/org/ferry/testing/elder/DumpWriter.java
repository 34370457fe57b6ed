package org.ferry.testing.elder;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.ferry.id.Secret;

/**
 * Writes a database as {@code pg_dump} does: tables in alphabetical order, then their COPY blocks.
 * The embedded PostgreSQL comes without pg_dump, and an older one on the machine refuses it, so the
 * text is put together here from the server's own COPY output; indexes and constraints are left
 * out. The sample that ships with Ferry is the real program's work.
 */
final class DumpWriter implements AutoCloseable {
  private static final String TABLES =
      "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename COLLATE \"C\"";
  private static final String COLUMNS =
      """
      SELECT quote_ident(attname), format_type(atttypid, atttypmod), attnotnull FROM pg_attribute
      WHERE attrelid = ('public.' || quote_ident(?))::regclass AND attnum > 0 AND NOT attisdropped
      ORDER BY attnum
      """;

  private final Connection connection;

  DumpWriter(String jdbcUrl, String user, Secret password) throws SQLException {
    connection = DriverManager.getConnection(jdbcUrl, user, password.reveal());
  }

  private record Column(String name, String type, boolean required) {
    String definition() {
      return "    " + name + " " + type + (required ? " NOT NULL" : "");
    }
  }

  void write(Path file) throws SQLException, IOException {
    connection.setAutoCommit(false);
    try (var out =
        new BufferedOutputStream(new GZIPOutputStream(Files.newOutputStream(file)), 1 << 16)) {
      text(out, head());
      List<String> tables = tables();
      for (String table : tables) {
        text(out, comment(table, "TABLE") + create(table));
      }
      for (String table : tables) {
        data(out, table);
      }
      text(out, "--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict elder\n\n");
    }
    connection.rollback();
  }

  private String head() throws SQLException {
    String version;
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery("SHOW server_version")) {
      version = rows.next() ? rows.getString(1) : "";
    }
    return """
    --
    -- PostgreSQL database dump
    --

    \\restrict elder

    -- Dumped from database version %s
    -- Dumped by pg_dump version %s

    SET statement_timeout = 0;
    SET lock_timeout = 0;
    SET idle_in_transaction_session_timeout = 0;
    SET transaction_timeout = 0;
    SET client_encoding = 'UTF8';
    SET standard_conforming_strings = on;
    SELECT pg_catalog.set_config('search_path', '', false);
    SET check_function_bodies = false;
    SET xmloption = content;
    SET client_min_messages = warning;
    SET row_security = off;

    SET default_tablespace = '';

    SET default_table_access_method = heap;

    """
        .formatted(version, version);
  }

  private List<String> tables() throws SQLException {
    List<String> names = new ArrayList<>();
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(TABLES)) {
      while (rows.next()) {
        names.add(rows.getString(1));
      }
    }
    return names;
  }

  private List<Column> columns(String table) throws SQLException {
    List<Column> columns = new ArrayList<>();
    try (var query = connection.prepareStatement(COLUMNS)) {
      query.setString(1, table);
      try (var rows = query.executeQuery()) {
        while (rows.next()) {
          columns.add(new Column(rows.getString(1), rows.getString(2), rows.getBoolean(3)));
        }
      }
    }
    return columns;
  }

  private static String comment(String table, String kind) {
    return "--\n-- Name: %s; Type: %s; Schema: public; Owner: -\n--\n\n".formatted(table, kind);
  }

  private String create(String table) throws SQLException {
    return "CREATE TABLE public."
        + table
        + " (\n"
        + String.join(",\n", columns(table).stream().map(Column::definition).toList())
        + "\n);\n\n\n";
  }

  private void data(OutputStream out, String table) throws SQLException, IOException {
    String columns = String.join(", ", columns(table).stream().map(Column::name).toList());
    text(out, comment(table, "TABLE DATA").replace("-- Name", "-- Data for Name"));
    text(out, "COPY public." + table + " (" + columns + ") FROM stdin;\n");
    var copy = connection.unwrap(org.postgresql.PGConnection.class).getCopyAPI();
    long rows = copy.copyOut("COPY public." + table + " (" + columns + ") TO STDOUT", out);
    text(out, "\\.\n\n\n");
    if (rows < 0) {
      throw new SQLException("no rows were counted in " + table);
    }
  }

  private static void text(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
