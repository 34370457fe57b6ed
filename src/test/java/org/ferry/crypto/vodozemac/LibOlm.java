package org.ferry.crypto.vodozemac;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.security.SecureRandom;
import java.util.Arrays;

/** libolm, which shares no code with the library under test, behind a few plain calls. */
final class LibOlm {
  private static final Api API = Native.load("olm", Api.class);
  private static final SecureRandom RANDOM = new SecureRandom();

  private LibOlm() {}

  /** The C functions, sizes being {@code size_t}. */
  interface Api extends Library {
    long olm_error();

    long olm_account_size();

    Pointer olm_account(Memory memory);

    long olm_create_account_random_length(Memory account);

    long olm_create_account(Memory account, byte[] random, long size);

    long olm_account_identity_keys_length(Memory account);

    long olm_account_identity_keys(Memory account, byte[] out, long size);

    long olm_account_generate_one_time_keys_random_length(Memory account, long count);

    long olm_account_generate_one_time_keys(Memory account, long count, byte[] random, long size);

    long olm_account_one_time_keys_length(Memory account);

    long olm_account_one_time_keys(Memory account, byte[] out, long size);

    long olm_pickle_account_length(Memory account);

    long olm_pickle_account(Memory account, byte[] key, long keySize, byte[] out, long size);

    long olm_session_size();

    Pointer olm_session(Memory memory);

    long olm_create_outbound_session_random_length(Memory session);

    long olm_create_outbound_session(
        Memory session,
        Memory account,
        byte[] identity,
        long identitySize,
        byte[] oneTime,
        long oneTimeSize,
        byte[] random,
        long size);

    long olm_create_inbound_session(Memory session, Memory account, byte[] message, long size);

    long olm_encrypt_message_type(Memory session);

    long olm_encrypt_random_length(Memory session);

    long olm_encrypt_message_length(Memory session, long size);

    long olm_encrypt(
        Memory session,
        byte[] plaintext,
        long plaintextSize,
        byte[] random,
        long randomSize,
        byte[] out,
        long size);

    long olm_decrypt_max_plaintext_length(Memory session, long type, byte[] message, long size);

    long olm_decrypt(
        Memory session, long type, byte[] message, long messageSize, byte[] out, long size);

    long olm_pickle_session_length(Memory session);

    long olm_pickle_session(Memory session, byte[] key, long keySize, byte[] out, long size);

    long olm_outbound_group_session_size();

    Pointer olm_outbound_group_session(Memory memory);

    long olm_init_outbound_group_session_random_length(Memory session);

    long olm_init_outbound_group_session(Memory session, byte[] random, long size);

    long olm_outbound_group_session_key_length(Memory session);

    long olm_outbound_group_session_key(Memory session, byte[] out, long size);

    long olm_group_encrypt_message_length(Memory session, long size);

    long olm_group_encrypt(
        Memory session, byte[] plaintext, long plaintextSize, byte[] out, long size);

    long olm_inbound_group_session_size();

    Pointer olm_inbound_group_session(Memory memory);

    long olm_init_inbound_group_session(Memory session, byte[] key, long size);

    long olm_import_inbound_group_session(Memory session, byte[] key, long size);

    long olm_group_decrypt_max_plaintext_length(Memory session, byte[] message, long size);

    long olm_group_decrypt(
        Memory session, byte[] message, long messageSize, byte[] out, long size, int[] index);

    long olm_pickle_inbound_group_session_length(Memory session);

    long olm_pickle_inbound_group_session(
        Memory session, byte[] key, long keySize, byte[] out, long size);
  }

  @CanIgnoreReturnValue
  private static long ok(long result) {
    assertThat(result).as("libolm's answer").isNotEqualTo(API.olm_error());
    return result;
  }

  private static byte[] random(long size) {
    byte[] bytes = new byte[(int) size];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(US_ASCII);
  }

  private static String text(byte[] out) {
    return new String(out, US_ASCII);
  }

  /** An account of libolm. */
  static final class Account {
    private final Memory memory = new Memory(API.olm_account_size());

    Account() {
      var unused = API.olm_account(memory);
      byte[] random = random(API.olm_create_account_random_length(memory));
      ok(API.olm_create_account(memory, random, random.length));
    }

    String curve25519() {
      byte[] out = new byte[(int) API.olm_account_identity_keys_length(memory)];
      ok(API.olm_account_identity_keys(memory, out, out.length));
      return text(out).replaceAll(".*\"curve25519\":\"([^\"]+)\".*", "$1");
    }

    String newOneTimeKey() {
      byte[] random = random(API.olm_account_generate_one_time_keys_random_length(memory, 1));
      ok(API.olm_account_generate_one_time_keys(memory, 1, random, random.length));
      byte[] out = new byte[(int) API.olm_account_one_time_keys_length(memory)];
      ok(API.olm_account_one_time_keys(memory, out, out.length));
      return text(out).replaceAll(".*\"curve25519\":\\{\"[^\"]+\":\"([^\"]+)\".*", "$1");
    }

    String pickle(String key) {
      byte[] out = new byte[(int) API.olm_pickle_account_length(memory)];
      ok(API.olm_pickle_account(memory, bytes(key), key.length(), out, out.length));
      return text(out);
    }

    Session outbound(String identity, String oneTime) {
      Session session = new Session();
      byte[] random = random(API.olm_create_outbound_session_random_length(session.memory));
      ok(
          API.olm_create_outbound_session(
              session.memory,
              memory,
              bytes(identity),
              identity.length(),
              bytes(oneTime),
              oneTime.length(),
              random,
              random.length));
      return session;
    }

    Session inbound(OlmMessage message) {
      Session session = new Session();
      byte[] body = bytes(message.body());
      ok(API.olm_create_inbound_session(session.memory, memory, body, body.length));
      return session;
    }
  }

  /** An Olm session of libolm. */
  static final class Session {
    private final Memory memory = new Memory(API.olm_session_size());

    private Session() {
      var unused = API.olm_session(memory);
    }

    OlmMessage encrypt(byte[] plaintext) {
      int type = (int) API.olm_encrypt_message_type(memory);
      byte[] random = random(API.olm_encrypt_random_length(memory));
      byte[] out = new byte[(int) API.olm_encrypt_message_length(memory, plaintext.length)];
      ok(
          API.olm_encrypt(
              memory, plaintext, plaintext.length, random, random.length, out, out.length));
      return new OlmMessage(type, text(out));
    }

    byte[] decrypt(OlmMessage message) {
      byte[] body = bytes(message.body());
      byte[] out =
          new byte
              [(int)
                  ok(
                      API.olm_decrypt_max_plaintext_length(
                          memory, message.type(), body.clone(), body.length))];
      long size = ok(API.olm_decrypt(memory, message.type(), body, body.length, out, out.length));
      return Arrays.copyOf(out, (int) size);
    }

    String pickle(String key) {
      byte[] out = new byte[(int) API.olm_pickle_session_length(memory)];
      ok(API.olm_pickle_session(memory, bytes(key), key.length(), out, out.length));
      return text(out);
    }
  }

  /** A Megolm session that libolm encrypts with. */
  static final class Outbound {
    private final Memory memory = new Memory(API.olm_outbound_group_session_size());

    Outbound() {
      var unused = API.olm_outbound_group_session(memory);
      byte[] random = random(API.olm_init_outbound_group_session_random_length(memory));
      ok(API.olm_init_outbound_group_session(memory, random, random.length));
    }

    String sessionKey() {
      byte[] out = new byte[(int) API.olm_outbound_group_session_key_length(memory)];
      ok(API.olm_outbound_group_session_key(memory, out, out.length));
      return text(out);
    }

    String encrypt(byte[] plaintext) {
      byte[] out = new byte[(int) API.olm_group_encrypt_message_length(memory, plaintext.length)];
      ok(API.olm_group_encrypt(memory, plaintext, plaintext.length, out, out.length));
      return text(out);
    }
  }

  /** A Megolm session that libolm decrypts with. */
  static final class Inbound {
    private final Memory memory = new Memory(API.olm_inbound_group_session_size());

    private Inbound() {
      var unused = API.olm_inbound_group_session(memory);
    }

    static Inbound ofSessionKey(String key) {
      Inbound session = new Inbound();
      ok(API.olm_init_inbound_group_session(session.memory, bytes(key), key.length()));
      return session;
    }

    static Inbound ofExportedKey(String key) {
      Inbound session = new Inbound();
      ok(API.olm_import_inbound_group_session(session.memory, bytes(key), key.length()));
      return session;
    }

    MegolmInbound.Decrypted decrypt(String ciphertext) {
      byte[] body = bytes(ciphertext);
      byte[] out =
          new byte
              [(int)
                  ok(
                      API.olm_group_decrypt_max_plaintext_length(
                          memory, body.clone(), body.length))];
      int[] index = new int[1];
      long size = ok(API.olm_group_decrypt(memory, body, body.length, out, out.length, index));
      return new MegolmInbound.Decrypted(
          Arrays.copyOf(out, (int) size), Integer.toUnsignedLong(index[0]));
    }

    String pickle(String key) {
      byte[] out = new byte[(int) API.olm_pickle_inbound_group_session_length(memory)];
      ok(API.olm_pickle_inbound_group_session(memory, bytes(key), key.length(), out, out.length));
      return text(out);
    }
  }
}
