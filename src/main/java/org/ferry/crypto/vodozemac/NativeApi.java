package org.ferry.crypto.vodozemac;

import com.sun.jna.Pointer;

/**
 * The C functions of libvodozemac, bound one to one by {@link NativeLibraryLoader}: {@code
 * olmAccountNew} is {@code vodozemac_olm_account_new}. Handles are addresses. A {@code result} is
 * filled with machine words: for bytes {@code {address, length}}; where the call can fail {@code
 * {0, …}} or {@code {1, address of the error's text, its length}}. The caller frees what it gets.
 *
 * <p>A panic of the library ends the process, so callers check lengths and encodings before.
 */
final class NativeApi {
  private NativeApi() {}

  static native void dealloc(long address, int size, int align);

  static native long olmAccountNew();

  static native void olmAccountFree(long account);

  static native void olmAccountIdentityKeys(long[] result, long account);

  static native long olmAccountSign(long account, byte[] message, int size);

  static native int olmAccountMaxNumberOfOneTimeKeys(long account);

  static native long olmAccountCreateOutboundSession(
      long account, long config, long identityKey, long oneTimeKey);

  static native void olmAccountCreateInboundSession(
      long[] result, long account, long identityKey, long message, long sessionKeys);

  static native void olmAccountGenerateOneTimeKeys(long[] result, long account, int count);

  static native int olmAccountStoredOneTimeKeyCount(long account);

  static native void olmAccountOneTimeKeys(long[] result, long account);

  static native long olmAccountGenerateFallbackKey(long account);

  static native void olmAccountFallbackKey(long[] result, long account);

  static native int olmAccountForgetFallbackKey(long account);

  static native void olmAccountMarkKeysAsPublished(long account);

  static native void olmAccountPickle(long[] result, long account, Pointer key);

  static native void olmAccountFromPickle(long[] result, byte[] pickle, int size, Pointer key);

  static native void olmAccountFromLibolmPickle(
      long[] result, byte[] pickle, int size, Pointer key, int keySize);

  static native long olmSessionConfigVersion1();

  static native void olmSessionConfigFree(long config);

  static native void olmMessageFromBytes(long[] result, int type, byte[] bytes, int size);

  static native void olmMessageToBytes(long[] result, long message, long sessionKeys);

  static native void olmMessageFree(long message);

  static native void olmSessionKeysSessionId(long[] result, long sessionKeys);

  static native void olmSessionKeysFree(long sessionKeys);

  static native void olmSessionSessionId(long[] result, long session);

  static native int olmSessionHasReceivedMessage(long session);

  static native void olmSessionEncrypt(long[] result, long session, byte[] plaintext, int size);

  static native void olmSessionDecrypt(long[] result, long session, long message, long sessionKeys);

  static native void olmSessionPickle(long[] result, long session, Pointer key);

  static native void olmSessionFromPickle(long[] result, byte[] pickle, int size, Pointer key);

  static native void olmSessionFromLibolmPickle(
      long[] result, byte[] pickle, int size, Pointer key, int keySize);

  static native void olmSessionFree(long session);

  static native long megolmSessionConfigVersion1();

  static native void megolmSessionConfigFree(long config);

  static native long megolmGroupSessionNew(long config);

  static native void megolmGroupSessionFree(long session);

  static native void megolmGroupSessionSessionId(long[] result, long session);

  static native int megolmGroupSessionMessageIndex(long session);

  static native long megolmGroupSessionEncrypt(long session, byte[] plaintext, int size);

  static native long megolmGroupSessionSessionKey(long session);

  static native void megolmGroupSessionPickle(long[] result, long session, Pointer key);

  static native void megolmGroupSessionFromPickle(
      long[] result, byte[] pickle, int size, Pointer key);

  static native void megolmSessionKeyFromBytes(long[] result, byte[] bytes, int size);

  static native void megolmSessionKeyToBytes(long[] result, long key);

  static native void megolmSessionKeyFree(long key);

  static native void megolmExportedSessionKeyFromBytes(long[] result, byte[] bytes, int size);

  static native void megolmExportedSessionKeyToBytes(long[] result, long key);

  static native void megolmExportedSessionKeyFree(long key);

  static native void megolmMessageFromBytes(long[] result, byte[] bytes, int size);

  static native void megolmMessageToBytes(long[] result, long message);

  static native void megolmMessageFree(long message);

  static native long megolmInboundGroupSessionNew(long key, long config);

  static native long megolmInboundGroupSessionImport(long exportedKey, long config);

  static native void megolmInboundGroupSessionFree(long session);

  static native void megolmInboundGroupSessionSessionId(long[] result, long session);

  static native int megolmInboundGroupSessionConnected(long session, long other);

  static native int megolmInboundGroupSessionCompare(long session, long other);

  static native long megolmInboundGroupSessionMerge(long session, long other);

  static native int megolmInboundGroupSessionFirstKnownIndex(long session);

  static native void megolmInboundGroupSessionDecrypt(long[] result, long session, long message);

  static native long megolmInboundGroupSessionExportAt(long session, int index);

  static native long megolmInboundGroupSessionExportAtFirstKnownIndex(long session);

  static native void megolmInboundGroupSessionPickle(long[] result, long session, Pointer key);

  static native void megolmInboundGroupSessionFromPickle(
      long[] result, byte[] pickle, int size, Pointer key);

  static native void megolmInboundGroupSessionFromLibolmPickle(
      long[] result, byte[] pickle, int size, Pointer key, int keySize);

  static native long curve25519PublicKeyFromBytes(byte[] bytes);

  static native void curve25519PublicKeyToBytes(long key, byte[] bytes);

  static native void curve25519PublicKeyFree(long key);

  static native long ed25519PublicKeyFromBytes(byte[] bytes);

  static native void ed25519PublicKeyToBytes(long key, byte[] bytes);

  static native void ed25519PublicKeyVerify(
      long[] result, long key, byte[] message, int size, long signature);

  static native void ed25519PublicKeyFree(long key);

  static native long ed25519SecretKeyNew();

  static native long ed25519SecretKeyFromBytes(Pointer bytes);

  static native void ed25519SecretKeyToBytes(long key, Pointer bytes);

  static native long ed25519SecretKeySign(long key, byte[] message, int size);

  static native long ed25519SecretKeyPublicKey(long key);

  static native void ed25519SecretKeyFree(long key);

  static native long ed25519SignatureFromBytes(byte[] bytes);

  static native void ed25519SignatureToBytes(long signature, byte[] bytes);

  static native void ed25519SignatureFree(long signature);
}
