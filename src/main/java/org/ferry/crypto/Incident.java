package org.ferry.crypto;

import java.util.Locale;

/** What is thrown away, or worth counting, and why; each has a counter. */
public enum Incident {
  /** A to-device event or its envelope has not the shape of one. */
  MALFORMED,
  /** An algorithm that Ferry does not speak. */
  UNSUPPORTED_ALGORITHM,
  /** An Olm message for another device. */
  NOT_FOR_US,
  /** An Olm message that was processed before. */
  REPEATED,
  /** An Olm message that no session opens. */
  WEDGED,
  /** What an Olm message says of its sender is not its sender. */
  WRONG_SENDER,
  /** What an Olm message says of its recipient is not this device. */
  WRONG_RECIPIENT,
  /** The Ed25519 key in an Olm message is not that of the sending device. */
  WRONG_SENDER_KEYS,
  /** Device keys in an Olm message that belong to somebody else or are not signed by themselves. */
  FORGED_DEVICE_KEYS,
  /** Something that only Olm may carry came in the clear or inside Megolm. */
  NOT_OVER_OLM,
  /** A room key whose id does not follow from it, or that cannot be read. */
  BAD_ROOM_KEY,
  /** A room key for a room that nobody of Ferry's knows, from somebody who has sent many. */
  STRANGE_ROOM_KEY,
  /** A room key that is not connected with the one that is known under its id. */
  UNCONNECTED_ROOM_KEY,
  /** A room key that opens no more than the one that is known. */
  NO_BETTER_ROOM_KEY,
  /** A refusal of a room key by somebody whose session it is not, or one too many. */
  UNFOUNDED_WITHHELD,
  /** A forwarded key that nobody asked for. */
  UNSOLICITED_FORWARD,
  /** A forwarded key from a device that is not ours and verified. */
  UNTRUSTED_FORWARD,
  /** A message index that was used by another event. */
  REPLAYED_INDEX,
  /** A Megolm message whose authentication fails. */
  BAD_CIPHERTEXT,
  /** A clear text for another room than its event's. */
  WRONG_ROOM,
  /** A clear text that is no event, or one that may not come encrypted. */
  BAD_CLEAR_TEXT,
  /** A device whose ids, keys or signature are wrong; the device is not used. */
  BAD_DEVICE,
  /** A device whose keys changed under its id; the device is not used. */
  CHANGED_DEVICE,
  /** A cross-signing identity that is not signed or has not the shape of one. */
  BAD_IDENTITY,
  /** A user's master key is another one than the first that was seen. */
  CHANGED_IDENTITY,
  /** A new device of somebody whose identity is known, which that has not signed, or not yet. */
  UNSIGNED_DEVICE,
  /** A claimed one-time key without the device's signature. */
  BAD_ONE_TIME_KEY,
  /** The homeserver has another key under the id of one of our one-time keys. */
  KEY_ALREADY_EXISTS,
  /** A message to devices that the homeserver refuses for good; it was dropped. */
  UNDELIVERABLE,
  /** The homeserver has seen what this database does not know: it was set back. */
  SET_BACK,
  /** The homeserver has forgotten what it had seen: it was set back. */
  HOMESERVER_SET_BACK,
  /** A key request of a device that gets none. */
  REFUSED_KEY_REQUEST,
  /** A secret that nobody asked for. */
  UNSOLICITED_SECRET,
  /** A secret from a device that is not ours and verified. */
  UNTRUSTED_SECRET,
  /** A secret that is not what was asked for. */
  BAD_SECRET,
  /** Somebody handed over a bundle of room keys; it was left. */
  KEY_BUNDLE_LEFT,
  /** A row of the database does not open, changed or damaged; what it held is done without. */
  DAMAGED_ROW;

  /** As it is named in counters and messages. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
