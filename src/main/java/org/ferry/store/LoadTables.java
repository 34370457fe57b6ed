package org.ferry.store;

import java.sql.SQLException;
import java.util.stream.Stream;
import org.ferry.model.AccountDatum;
import org.ferry.model.Alias;
import org.ferry.model.MediaFile;
import org.ferry.model.Person;
import org.ferry.model.Receipt;
import org.ferry.model.WayIn;
import org.ferry.source.RoomTally;
import org.ferry.source.Source;

/**
 * The tables of a source that nothing else in the ledger points into: a later load replaces their
 * rows, within its transaction.
 */
final class LoadTables {
  private final LoadConnection connection;
  private final long source;

  LoadTables(LoadConnection connection, long source) {
    this.connection = connection;
    this.source = source;
  }

  void people(Stream<Person> people) throws SQLException {
    replace(
        "people",
        "ferry.person",
        "source, id, display_name, avatar, deactivated, admin, guest, bridged, created_at",
        people,
        (to, p) ->
            to.row(9)
                .int8(source)
                .text(p.id().value())
                .text(p.displayName())
                .text(p.avatar())
                .bool(p.deactivated())
                .bool(p.admin())
                .bool(p.guest())
                .bool(p.bridged())
                .int8(p.createdAt()));
  }

  void aliases(Stream<Alias> aliases) throws SQLException {
    replace(
        "aliases",
        "ferry.alias",
        "source, alias, room",
        aliases,
        (to, a) -> to.row(3).int8(source).text(a.alias().value()).text(a.room().value()));
  }

  void media(Stream<MediaFile> media) throws SQLException {
    replace(
        "media",
        "ferry.media",
        "source, uri, mime_type, name, length, uploader, path, quarantined",
        media,
        (to, m) ->
            to.row(8)
                .int8(source)
                .text(m.uri().toString())
                .text(m.mimeType())
                .text(m.name())
                .int8(m.length())
                .text(m.uploader() == null ? null : m.uploader().value())
                .text(m.path())
                .bool(m.quarantined()));
  }

  void accountData(Stream<AccountDatum> data) throws SQLException {
    replace(
        "account data",
        "ferry.account_data",
        "source, pk, type, user_id, room, content",
        data,
        (to, d) ->
            to.row(6)
                .int8(source)
                .int8(to.rows())
                .text(d.type())
                .text(d.user().value())
                .text(d.room() == null ? null : d.room().value())
                .text(d.content()));
  }

  void receipts(Stream<Receipt> receipts) throws SQLException {
    replace(
        "receipts",
        "ferry.receipt",
        "source, room, user_id, type, event_id, thread, ts",
        receipts,
        (to, r) ->
            to.row(7)
                .int8(source)
                .text(r.room().value())
                .text(r.user().value())
                .text(r.type())
                .text(r.event().value())
                .text(r.thread())
                .int8(r.ts()));
  }

  void waysIn(Stream<WayIn> ways) throws SQLException {
    replace(
        "ways in",
        "ferry.way_in",
        "source, user_id, kind, provider, value",
        ways,
        (to, w) ->
            to.row(5)
                .int8(source)
                .text(w.user().value())
                .text(w.kind())
                .text(w.provider())
                .text(w.value()));
  }

  void tallies(Stream<RoomTally> tallies) throws SQLException {
    replace(
        "second count",
        "ferry.tally",
        "source, room, events, by_type, ordered_ids_sha256",
        tallies,
        (to, t) ->
            to.row(5)
                .int8(source)
                .text(t.room().value())
                .int8(t.events())
                .text(SourceRows.json(t.byType()))
                .text(t.orderedIdsSha256()));
  }

  void problems(Source from) throws SQLException {
    replace(
        "problems",
        "ferry.load_problem",
        "source, nr, place, what, remedy",
        from.problems().stream(),
        (to, p) ->
            to.row(5)
                .int8(source)
                .int4((int) to.rows())
                .text(p.where())
                .text(p.what())
                .text(p.remedy()));
  }

  private <T> void replace(
      String phase, String table, String columns, Stream<T> rows, LoadConnection.Encoder<T> encoder)
      throws SQLException {
    long unused = connection.update("delete from " + table + " where source = ?", source);
    connection.copy(
        phase, "copy " + table + " (" + columns + ") from stdin (format binary)", rows, encoder);
  }
}
