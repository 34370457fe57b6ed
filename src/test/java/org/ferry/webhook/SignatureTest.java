package org.ferry.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.ferry.id.Secret;
import org.ferry.testing.Tier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** W-01, W-03, W-04: what Ferry signs is accepted by the library that receivers use. */
class SignatureTest {
  private static final Secret KNOWN = Secret.of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

  private final Random random = new Random(7);

  private static SigningSecret known() {
    return SigningSecret.of(KNOWN);
  }

  private static Map<String, List<String>> headers(String id, long at, String signature) {
    return Map.of(
        "webhook-id", List.of(id),
        "webhook-timestamp", List.of(Long.toString(at)),
        "webhook-signature", List.of(signature));
  }

  private static void verify(String secret, byte[] body, String signature, long at)
      throws WebhookVerificationException {
    new Webhook(secret)
        .verify(new String(body, StandardCharsets.UTF_8), headers("msg_1", at, signature));
  }

  private String body(int n) {
    StringBuilder text = new StringBuilder("{\"data\":\"");
    List<String> parts = List.of("a", "é", "😀", "\\u0000", "\\\"", "漢", " ", "\\n", "\u2028");
    for (int i = 0; i < n; i++) {
      text.append(parts.get(random.nextInt(parts.size())));
    }
    return text.append("\"}").toString();
  }

  @Test
  void theLibraryAcceptsAnyBody() throws Exception {
    long now = Instant.now().getEpochSecond();
    for (int i = 0; i < Tier.Count.SIGNED_BODIES.now(); i++) {
      byte[] key = new byte[24 + random.nextInt(41)];
      random.nextBytes(key);
      String secret = "whsec_" + Base64.getEncoder().encodeToString(key);
      byte[] body = body(random.nextInt(400)).getBytes(StandardCharsets.UTF_8);
      verify(secret, body, SigningSecret.of(Secret.of(secret)).sign("msg_1", now, body), now);
    }
    byte[] large = "é😀 ".repeat(3_000_000).getBytes(StandardCharsets.UTF_8);
    assertThat(large.length).isGreaterThan(20_000_000);
    verify(KNOWN.reveal(), large, known().sign("msg_1", now, large), now);
  }

  @Test
  void theExampleOfTheSpecification() {
    byte[] body = "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8);
    assertThat(known().sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330L, body))
        .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  }

  @Test
  void theLibraryRefusesWhatWasNotSigned() {
    long now = Instant.now().getEpochSecond();
    byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
    String signature = known().sign("msg_1", now, body);
    byte[] spaced = "{ }".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> verify(KNOWN.reveal(), spaced, signature, now))
        .isInstanceOf(WebhookVerificationException.class);
    assertThatThrownBy(() -> verify(KNOWN.reveal(), body, signature, now + 1))
        .isInstanceOf(WebhookVerificationException.class);
  }

  @Test
  void duringARotationEveryReceiverIsServed() throws Exception {
    String fresh = "whsec_" + Base64.getEncoder().encodeToString(new byte[32]);
    List<SigningSecret> both = List.of(SigningSecret.of(Secret.of(fresh)), known());
    long now = Instant.now().getEpochSecond();
    byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
    String signature = Signature.make(both, "msg_1", now, body);
    verify(fresh, body, signature, now);
    verify(KNOWN.reveal(), body, signature, now);
    String after = Signature.make(both.subList(0, 1), "msg_1", now, body);
    assertThatThrownBy(() -> verify(KNOWN.reveal(), body, after, now))
        .isInstanceOf(WebhookVerificationException.class);
  }

  /** As long as openssl makes them by rand -hex 12 and rand -base64 18, and short ones. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0",
        "0123456789abcdef01234567",
        "c2VjcmV0c2VjcmV0c2VjcmV0",
        "secretly"
      })
  void aSecretWithoutPrefixServesBothKindsOfReceivers(String text) throws Exception {
    long now = Instant.now().getEpochSecond();
    byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
    String signature = SigningSecret.of(Secret.of(text)).sign("msg_1", now, body);
    verify(text, body, signature, now);
    new Webhook(text.getBytes(StandardCharsets.UTF_8))
        .verify("{}", headers("msg_1", now, signature));
    String plain = SigningSecret.of(Secret.of("no base64!")).sign("msg_1", now, body);
    new Webhook("no base64!".getBytes(StandardCharsets.UTF_8))
        .verify("{}", headers("msg_1", now, plain));
  }

  @Test
  void aReceiverOfOursSaysWhatIsWrong() {
    Instant now = Instant.parse("2026-11-21T12:00:00Z");
    byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
    long at = now.getEpochSecond();
    String good = known().sign("msg_1", at, body);
    List<String> said = new ArrayList<>();
    for (Signature.Headers h :
        List.of(
            new Signature.Headers("msg_1", "" + at, good),
            new Signature.Headers("msg_1", "" + at, "v1,AAAA v2,x " + good),
            new Signature.Headers("msg_2", "" + at, good),
            new Signature.Headers("msg_1", "soon", good),
            new Signature.Headers("msg_1", "" + (at - 301), good),
            new Signature.Headers("msg_1", null, good))) {
      said.add(Signature.check(List.of(known()), h, body, now).orElse("genuine"));
    }
    assertThat(said)
        .containsExactly(
            "genuine",
            "genuine",
            "no signature fits: another secret, or other bytes than were signed",
            "webhook-timestamp is no number",
            "webhook-timestamp is 301 s away from this clock",
            "a header is missing: webhook-id, webhook-timestamp, webhook-signature");
  }
}
