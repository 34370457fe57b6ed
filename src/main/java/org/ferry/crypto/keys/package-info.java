/**
 * Keys at rest and keys from elsewhere: the pickle key, key export files, recovery keys, secret
 * storage, the server-side backup, encrypted files. Bytes enter, bytes leave; no I/O but streams
 * that the caller opened.
 */
@NullMarked
@CheckReturnValue
package org.ferry.crypto.keys;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
