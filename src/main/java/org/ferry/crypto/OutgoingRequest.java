package org.ferry.crypto;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import org.ferry.id.UserId;

/**
 * A request that a device wants sent. It is wanted until {@link OlmMachine#answered} or, for good,
 * {@link OlmMachine#failed} was told; sending one twice does no harm.
 */
public sealed interface OutgoingRequest {
  /** Names the request; the same each time the same thing is wanted. */
  String id();

  /**
   * {@code POST /keys/upload}.
   *
   * @param id names it
   * @param body what is posted
   */
  record KeysUpload(String id, ObjectNode body) implements OutgoingRequest {}

  /**
   * {@code POST /keys/query}.
   *
   * @param id names it
   * @param users whose devices are asked for
   * @param sequence the machine's count when it asked: what changed later makes the answer old
   */
  record KeysQuery(String id, Set<UserId> users, long sequence) implements OutgoingRequest {
    /** Copies the set. */
    public KeysQuery {
      users = Set.copyOf(users);
    }

    /** What is posted. */
    public ObjectNode body() {
      return KeyBodies.query(users);
    }
  }

  /**
   * {@code POST /keys/claim}.
   *
   * @param id names it
   * @param body what is posted
   */
  record KeysClaim(String id, ObjectNode body) implements OutgoingRequest {}

  /**
   * {@code PUT /sendToDevice/{eventType}/{txnId}}.
   *
   * @param id the transaction id
   * @param eventType as in the path
   * @param body what is put
   */
  record ToDevice(String id, String eventType, ObjectNode body) implements OutgoingRequest {}

  /**
   * {@code POST /keys/device_signing/upload}; application services need no further authentication
   * (specification 1.17).
   *
   * @param id names it
   * @param body what is posted
   */
  record CrossSigningUpload(String id, ObjectNode body) implements OutgoingRequest {}

  /**
   * {@code POST /keys/signatures/upload}.
   *
   * @param id names it
   * @param body what is posted
   */
  record SignatureUpload(String id, ObjectNode body) implements OutgoingRequest {}
}
