package org.ferry.crypto.vodozemac;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VodozemacTest {
  @Test
  void theLibraryComesWithFerryAndTellsItsVersion() {
    assertThat(Vodozemac.version()).isEqualTo("0.9.0");
  }

  @Test
  void everyKeyOfLowOrderIsRefusedInEveryPlace() {
    Vodozemac.SelfTest test = Vodozemac.selfTest();

    assertThat(test.tried()).isEqualTo(2 * 12 * 4);
    assertThat(test.refused()).isEqualTo(test.tried());
    assertThat(test.passed()).isTrue();
    assertThat(Vodozemac.openHandles()).isZero();
  }
}
