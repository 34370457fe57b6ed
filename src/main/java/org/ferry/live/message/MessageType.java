package org.ferry.live.message;

import java.util.Arrays;
import java.util.List;

/** What is told of live conversations; a closed list. */
public enum MessageType {
  /** Somebody wrote something, or sent a file. */
  MESSAGE_CREATED("message.created"),
  /** A message has a new text. */
  MESSAGE_EDITED("message.edited"),
  /** A message was taken back. */
  MESSAGE_DELETED("message.deleted"),
  /** Something came that no key opens in time, or ever. */
  MESSAGE_UNDECRYPTABLE("message.undecryptable"),
  /** What was undecryptable can be read now. */
  MESSAGE_DECRYPTED_LATE("message.decrypted_late"),
  /** What was to be sent could not be sent. */
  MESSAGE_SEND_FAILED("message.send_failed"),
  /** Somebody reacted to a message. */
  REACTION_ADDED("reaction.added"),
  /** A reaction was taken back. */
  REACTION_REMOVED("reaction.removed"),
  /** Somebody came into a room. */
  MEMBER_JOINED("member.joined"),
  /** Somebody left, or was made to leave. */
  MEMBER_LEFT("member.left"),
  /** Somebody was invited. */
  MEMBER_INVITED("member.invited"),
  /** Somebody was banned. */
  MEMBER_BANNED("member.banned"),
  /** A conversation is there that was not there before. */
  ROOM_CREATED("room.created"),
  /** Something about a room changed: its name, picture, rules. */
  ROOM_UPDATED("room.updated"),
  /** What was to be relayed to the other side could not be. */
  RELAY_FAILED("relay.failed");

  private final String word;

  MessageType(String word) {
    this.word = word;
  }

  /** As consumers see it. */
  public String word() {
    return word;
  }

  /** All words, in the order of the documentation. */
  public static List<String> words() {
    return Arrays.stream(values()).map(MessageType::word).toList();
  }
}
