package org.ferry.checkup;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** What is looked at. The names are part of what programs read. */
public enum Check {
  /** The configuration file. */
  CONFIGURATION,
  /** Who may open the files that hold secrets. */
  SECRETS,
  /** Room in the data folder. */
  DISK,
  /** Ferry's own database. */
  DATABASE,
  /** Keys for the encrypted rooms that are carried in clear. */
  ROOM_KEYS,
  /** The registration file against the configuration. */
  REGISTRATION,
  /** Whether a homeserver answers, and which. */
  HOMESERVER,
  /** What stands between Ferry and the homeserver. */
  PROXY,
  /** The clocks of both. */
  CLOCK,
  /** Whether the homeserver knows Ferry, by its token. */
  AS_TOKEN,
  /** Whether it is the server of the configured domain. */
  DOMAIN,
  /** Whether Ferry may act as whom it has to. */
  NAMESPACES,
  /** Devices, which make sends safe to repeat. */
  DEVICES,
  /** How people log in there. */
  LOGIN,
  /** Whether the homeserver reaches Ferry. */
  WAY_BACK,
  /** Whether new rooms are encrypted without being asked. */
  FORCED_ENCRYPTION,
  /** Whether events keep their dates. */
  TIMESTAMPS,
  /** Whether old events are shown. */
  RETENTION,
  /** Whether members keep the names of the time. */
  NAMES,
  /** Whether a room stays readable whose settings bear Ferry's marks. */
  MARKS,
  /** Dated redactions. */
  REDACTIONS,
  /** Whether a repeated request is recognised. */
  REPEATS,
  /** How fast Ferry may write. */
  RATE_LIMITS,
  /** Aliases in the new domain. */
  ALIASES,
  /** Whether Ferry can read rooms back, and sync. */
  READING,
  /** What encryption needs of the server. */
  ENCRYPTION,
  /** Whether Ferry itself can encrypt on this machine. */
  CRYPTOGRAPHY,
  /** What protects keys in the database. */
  PICKLE_KEY,
  /** The accounts whose conversations are followed. */
  ACCOUNTS,
  /** Where live messages are posted to. */
  WEBHOOKS,
  /** Room versions. */
  ROOM_VERSIONS,
  /** The largest file. */
  UPLOAD,
  /** Reserving addresses of files. */
  MEDIA_RESERVATION,
  /** The admin API. */
  ADMIN,
  /** The destination Space. */
  SPACE,
  /** Rooms that the plan reuses. */
  ROOMS;

  /** A problem with one of these would change history on its way, or leave no way to look. */
  private static final Set<Check> HISTORY =
      EnumSet.of(
          PROXY,
          AS_TOKEN,
          DOMAIN,
          NAMESPACES,
          FORCED_ENCRYPTION,
          TIMESTAMPS,
          RETENTION,
          NAMES,
          MARKS,
          READING);

  /** As it is printed, such as {@code way_back}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether a problem with this keeps {@code migrate} from beginning. */
  public boolean decidesHistory() {
    return HISTORY.contains(this);
  }
}
