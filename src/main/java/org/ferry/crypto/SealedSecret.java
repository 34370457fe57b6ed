package org.ferry.crypto;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A secret as it is stored.
 *
 * @param generation of the key it is under
 * @param sealed as {@link org.ferry.crypto.keys.Sealer} made it
 */
@SuppressWarnings("ArrayRecordComponent")
public record SealedSecret(int generation, byte[] sealed) {
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SealedSecret s
        && generation == s.generation
        && Arrays.equals(sealed, s.sealed);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sealed);
  }

  @Override
  public String toString() {
    return "SealedSecret[generation=" + generation + "]";
  }
}
