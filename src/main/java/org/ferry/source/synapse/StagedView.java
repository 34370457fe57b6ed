package org.ferry.source.synapse;

/** What a staging answers, and the columns of each answer in their order. */
public enum StagedView {
  /** The schema's number, one row or none. */
  SCHEMA,
  /** A domain of local accounts and how many have it, the most frequent first. */
  DOMAINS,
  /** The newest accepted event's time, one row. */
  LATEST,
  /**
   * Accepted events, unordered: event_id, room_id, sender, type, state_key (JSON string), ts,
   * depth, stream, content, redacts (JSON string), redacted_by, current, room_version. For rooms
   * whose beginning is not there, their state before it as well, with negative depths.
   */
  EVENTS,
  /**
   * Accepted events of each room in their order, rooms one after the other: room_id, type,
   * event_id. Made without the joins of {@link #EVENTS}.
   */
  ORDER,
  /**
   * Rooms whose beginning is not there: room_id, creator, how many pieces of state stood before.
   */
  MIDWAY,
  /**
   * Accounts: name, displayname, avatar_url, deactivated, admin, is_guest, appservice_id,
   * creation_ts (seconds).
   */
  PEOPLE,
  /** Rooms with an accepted event: room_id, room_version, creator, is_public. */
  ROOMS,
  /** Aliases: room_alias, room_id. */
  ALIASES,
  /**
   * Files, without previews of web pages and without names that were reserved and never used:
   * media_origin (null for local ones), media_id, media_type, upload_name, media_length, user_id,
   * filesystem_id (null for local ones), quarantined.
   */
  MEDIA,
  /**
   * Account data, tags gathered as {@code m.tag} and push rules as {@code m.push_rules}: user_id,
   * room_id (null for global), type, content.
   */
  ACCOUNT_DATA,
  /** By what people get in or are reached: user_id, kind, provider, value. */
  WAYS_IN,
  /** Receipts: room_id, receipt_type, user_id, event_id, data, thread_id. */
  RECEIPTS
}
