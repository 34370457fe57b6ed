package org.ferry.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.ferry.config.Config.Listen;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiAddressTest {
  @Test
  void leadsToWhereTheApiListens() {
    ApiAddress address = new ApiAddress(null);
    assertThat(address.url()).isEmpty();
    address.listensOn(new Listen("127.0.0.1", 29381));
    assertThat(address.url()).contains("http://127.0.0.1:29381");
    ApiAddress six = new ApiAddress(null);
    six.listensOn(new Listen("::1", 80));
    assertThat(six.url()).contains("http://[::1]:80");
  }

  @Test
  void whatIsConfiguredComesFirst() {
    ApiAddress address = new ApiAddress("https://ferry.example.org");
    address.listensOn(new Listen("127.0.0.1", 29381));
    assertThat(address.url()).contains("https://ferry.example.org");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::"})
  void everyAddressOfAMachineIsNone(String host) {
    ApiAddress address = new ApiAddress(null);
    address.listensOn(new Listen(host, 29381));
    assertThat(address.url()).isEmpty();
  }
}
