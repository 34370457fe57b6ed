package org.ferry.matrix.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.NotSslRecordException;
import java.net.ConnectException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.ferry.matrix.client.Lost.Kind;
import org.junit.jupiter.api.Test;

class LossesTest {
  private static final String ADDRESS = "https://matrix.example.org";

  private static Lost lost(Throwable cause) {
    return Losses.explain(cause, ADDRESS);
  }

  @Test
  void aCertificateThatNobodyTrustsIsNotWaitedFor() {
    var untrusted = new SSLHandshakeException("PKIX path building failed");
    var unused = untrusted.initCause(new CertificateException("no path"));
    assertThat(lost(untrusted).kind()).isEqualTo(Kind.HOPELESS);
    assertThat(lost(new NotSslRecordException("not an SSL/TLS record")).kind())
        .isEqualTo(Kind.HOPELESS);
  }

  @Test
  void aProxyThatRestartsDuringTheHandshakeIsWaitedFor() {
    Lost lost =
        lost(
            new SSLHandshakeException("Connection closed while SSL/TLS handshake was in progress"));
    assertThat(lost.kind()).isEqualTo(Kind.NOT_SENT);
    assertThat(lost.sentence()).contains("TLS connection broke", ADDRESS);
  }

  @Test
  void aConnectionThatBreaksLaterMayHaveCarriedTheRequest() {
    assertThat(lost(new SSLException("Received fatal alert: internal_error")).kind())
        .isEqualTo(Kind.NO_ANSWER);
    assertThat(lost(new ConnectException("refused")).kind()).isEqualTo(Kind.NOT_SENT);
  }
}
