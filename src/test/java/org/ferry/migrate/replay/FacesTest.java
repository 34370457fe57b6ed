package org.ferry.migrate.replay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Synapse takes white space off both ends of a profile's name; old servers kept it. */
class FacesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Anna ",
        "\tAnna",
        "Anna\r\n",
        "\u00a0Anna\u2003",
        "\u3000Anna\u202f",
        "\u0085Anna\u001f"
      })
  void namesAreSetAsTheyWillBeRead(String name) {
    assertThat(Faces.profileName(name)).isEqualTo("Anna");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Anna \n Maria", "\u200dAnna", "\u200bAnna\u200b", "\ufeffAnna"})
  void whatIsInsideOrNoWhiteSpaceStays(String name) {
    assertThat(Faces.profileName(name)).isEqualTo(name);
  }
}
