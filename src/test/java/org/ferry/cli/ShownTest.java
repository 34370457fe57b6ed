package org.ferry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShownTest {
  private static final String HOSTILE =
      "a\u001b[31mred\u001b]0;title\u0007\u009b2J\r\nb \u202eevil\u2066\u2028c\u0000";

  @Test
  void nothingThatATerminalObeysIsLeftOfWhatSomebodyCalledSomething() {
    assertThat(Shown.inLine(HOSTILE)).isEqualTo("a�[31mred�]0;title��2J��b �evil��c�");
    assertThat(Shown.inLine("tab\there")).isEqualTo("tab�here");
  }

  @Test
  void aResultKeepsItsLines() {
    assertThat(Shown.lines("one\n\ttwo\u001b[2J\r\nthree")).isEqualTo("one\n\ttwo�[2J�\nthree");
  }

  @Test
  void lettersOfAllPeopleStayAsTheyAre() {
    String names = "Ärger 東京 שלום مرحبا 👩‍👩‍👧 e\u0301";
    assertThat(Shown.inLine(names)).isSameAs(names);
  }
}
