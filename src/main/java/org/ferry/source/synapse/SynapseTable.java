package org.ferry.source.synapse;

import static org.ferry.source.synapse.Column.flag;
import static org.ferry.source.synapse.Column.key;
import static org.ferry.source.synapse.Column.number;
import static org.ferry.source.synapse.Column.text;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The tables of a Synapse database that Ferry reads, and of each the only columns it takes.
 *
 * <p>What is not named here (password hashes, tokens, keys of devices, addresses of devices) is
 * skipped in the dump and never enters a staging. Columns that are not required may be missing:
 * Synapse has added and moved some over the years.
 */
public enum SynapseTable {
  /** Global account data. */
  ACCOUNT_DATA(key("user_id"), key("account_data_type"), key("content"), number("stream_id")),
  /** Which events make up the present state of a room. */
  CURRENT_STATE_EVENTS(key("event_id")),
  /** Entries of people's server-side key backups; only {@link BackupReader} takes them. */
  E2E_ROOM_KEYS(
      key("user_id"), key("room_id"), key("session_id"), number("version"), key("session_data")),
  /** The versions of these backups. */
  E2E_ROOM_KEYS_VERSIONS(
      key("user_id"), number("version"), text("algorithm"), text("auth_data"), number("deleted")),
  /** The events themselves; {@link #staged()} holds what is cut out of their JSON. */
  EVENT_JSON(key("event_id"), text("internal_metadata"), key("json")),
  /** Where each event stands. */
  EVENTS(
      key("event_id"),
      key("room_id"),
      key("type"),
      text("sender"),
      number("topological_ordering"),
      number("depth"),
      number("origin_server_ts"),
      number("stream_ordering"),
      flag("outlier"),
      text("rejection_reason")),
  /** Files that users of the server uploaded. */
  LOCAL_MEDIA_REPOSITORY(
      key("media_id"),
      text("media_type"),
      number("media_length"),
      text("upload_name"),
      text("user_id"),
      text("quarantined_by"),
      text("url_cache")),
  /** Names and pictures. */
  PROFILES(text("user_id"), text("displayname"), text("avatar_url"), text("full_user_id")),
  /** Rules of people's own about what notifies them. */
  PUSH_RULES(
      key("user_name"), key("rule_id"), number("priority"), text("conditions"), text("actions")),
  /** Rules that people switched off or on. */
  PUSH_RULES_ENABLE(key("user_name"), key("rule_id"), number("enabled")),
  /** How far people have read. */
  RECEIPTS_LINEARIZED(
      key("room_id"),
      key("receipt_type"),
      key("user_id"),
      key("event_id"),
      text("data"),
      text("thread_id")),
  /** Which event takes back which. */
  REDACTIONS(key("event_id"), key("redacts"), flag("recheck")),
  /** Events that the rooms' rules refused. */
  REJECTIONS(key("event_id")),
  /** Files of other servers. */
  REMOTE_MEDIA_CACHE(
      key("media_origin"),
      key("media_id"),
      text("media_type"),
      number("media_length"),
      text("upload_name"),
      text("filesystem_id"),
      text("quarantined_by")),
  /** Account data of rooms. */
  ROOM_ACCOUNT_DATA(
      key("user_id"),
      key("room_id"),
      key("account_data_type"),
      key("content"),
      number("stream_id")),
  /** Aliases of the server. */
  ROOM_ALIASES(key("room_alias"), key("room_id")),
  /** Bans that take back everything somebody wrote (MSC4293). */
  ROOM_BAN_REDACTIONS(
      key("room_id"), key("user_id"), key("redacting_event_id"), number("redact_end_ordering")),
  /** Tags that people gave rooms. */
  ROOM_TAGS(key("user_id"), key("room_id"), key("tag"), text("content")),
  /** The rooms. */
  ROOMS(key("room_id"), flag("is_public"), text("creator"), text("room_version")),
  /** The number of the schema. */
  SCHEMA_VERSION(number("version")),
  /** By what identities of a single sign-on people get in. */
  USER_EXTERNAL_IDS(key("auth_provider"), key("external_id"), key("user_id")),
  /** E-mail addresses and telephone numbers of people. */
  USER_THREEPIDS(key("user_id"), key("medium"), key("address")),
  /** The accounts. */
  USERS(
      key("name"),
      number("creation_ts"),
      flag("admin"),
      flag("is_guest"),
      text("appservice_id"),
      flag("deactivated"));

  private static final List<Column> CUT_FROM_JSON =
      List.of(
          key("event_id"),
          flag("hidden"),
          flag("recheck"),
          text("state_key"),
          text("redacts"),
          text("content"));

  // reason: List.of makes a list that cannot be changed, which the check does not know
  @SuppressWarnings("ImmutableEnumChecker")
  private final List<Column> read;

  SynapseTable(Column... read) {
    this.read = List.of(read);
  }

  /** The table's name in the dump. */
  public String dumpName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** True for key backups, which are of no use to a migration and in no staging of one. */
  public boolean isKeyBackup() {
    return this == E2E_ROOM_KEYS || this == E2E_ROOM_KEYS_VERSIONS;
  }

  /** The columns that are read from the dump. */
  List<Column> read() {
    return read;
  }

  /**
   * The columns that reach the staging: those read, but of {@link #EVENT_JSON} only what is cut out
   * of the JSON: {@code hidden} (soft-failed or an outlier), {@code recheck} (a redaction that
   * counts only between users of one server), {@code state_key} and {@code redacts} (JSON strings)
   * and {@code content} (a JSON object, byte for byte as it stood).
   */
  public List<Column> staged() {
    return this == EVENT_JSON ? CUT_FROM_JSON : read;
  }

  static Optional<SynapseTable> named(String table) {
    return Arrays.stream(values()).filter(t -> t.dumpName().equals(table)).findFirst();
  }
}
