package org.ferry.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

/** A self-signed certificate for the federation listener of a Synapse; the lab checks none. */
final class Certificate {
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final String PASSWORD = "not-a-secret";

  private Certificate() {}

  /** Makes {@code tls.crt} and {@code tls.key} in a folder unless they are there. */
  static void make(Path folder) {
    Path key = folder.resolve("tls.key");
    if (Files.exists(key)) {
      return;
    }
    try {
      Path store = folder.resolve("tls.p12");
      Files.deleteIfExists(store);
      keytool(store);
      KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
      SynapseFiles.write(
          folder.resolve("tls.crt"), pem("CERTIFICATE", keys.getCertificate("lab").getEncoded()));
      SynapseFiles.write(
          key, pem("PRIVATE KEY", keys.getKey("lab", PASSWORD.toCharArray()).getEncoded()));
    } catch (IOException | GeneralSecurityException e) {
      throw new LabException("No certificate for a server of the lab: " + e.getMessage(), e);
    }
  }

  private static void keytool(Path store) {
    String program = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    var result =
        Tool.run(
            LIMIT,
            List.of(
                program,
                "-genkeypair",
                "-alias",
                "lab",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-validity",
                "3650",
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                store.toString()));
    if (!result.ok()) {
      throw new LabException("keytool made no certificate:\n" + result.tail());
    }
  }

  private static String pem(String kind, byte[] content) {
    var encoder = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
    return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
        .formatted(kind, encoder.encodeToString(content), kind);
  }
}
