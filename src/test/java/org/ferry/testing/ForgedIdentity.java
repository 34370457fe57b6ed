package org.ferry.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.ferry.crypto.vodozemac.Ed25519Keypair;
import org.ferry.lab.LabClient;
import org.ferry.lab.SynapseServer;
import org.ferry.matrix.event.Json;

/** Another master key over the self-signing key that an account has, as its homeserver can make. */
public final class ForgedIdentity {
  private ForgedIdentity() {}

  /**
   * Has a homeserver show one.
   *
   * @param server whose database holds the public half of the self-signing key
   * @param person whose identity it takes the place of
   * @return the public master key
   */
  public static String over(SynapseServer server, LabClient person) throws SQLException {
    String user = person.userId();
    try (Ed25519Keypair pair = Ed25519Keypair.create()) {
      String key = pair.publicKey().base64();
      signed(server, user, pair);
      ObjectNode body = Json.object();
      ObjectNode master = body.putObject("master_key").put("user_id", user);
      master.putArray("usage").add("master");
      master.putObject("keys").put("ed25519:" + key, key);
      // A server that is nobody's own asks for the password; it notices the change by this.
      ObjectNode auth = body.putObject("auth").put("type", "m.login.password");
      auth.put("password", TestLab.PASSWORD.reveal());
      auth.putObject("identifier").put("type", "m.id.user").put("user", user);
      JsonNode unused = person.post("/_matrix/client/v3/keys/device_signing/upload", body);
      return key;
    }
  }

  private static void signed(SynapseServer server, String user, Ed25519Keypair pair)
      throws SQLException {
    String latest =
        " user_id = '%1$s' and keytype = 'self_signing' and stream_id = (select max(stream_id) from e2e_cross_signing_keys where user_id = '%1$s' and keytype = 'self_signing')"
            .formatted(user);
    var postgres = TestLab.shared().lab().postgres();
    try (var connection =
            DriverManager.getConnection(
                server.jdbcUrl(), postgres.user(), postgres.password().reveal());
        var row =
            connection
                .createStatement()
                .executeQuery("select keydata from e2e_cross_signing_keys where" + latest);
        var update =
            connection.prepareStatement(
                "update e2e_cross_signing_keys set keydata = ? where" + latest)) {
      if (!row.next()) {
        throw new AssertionError(user + " has no identity");
      }
      ObjectNode signing = LabClient.json(row.getString(1));
      ObjectNode bare = signing.deepCopy();
      var unused = bare.remove("signatures");
      String signature = pair.sign(Json.canonical(bare).getBytes(StandardCharsets.UTF_8));
      signing
          .withObjectProperty("signatures")
          .withObjectProperty(user)
          .put("ed25519:" + pair.publicKey().base64(), signature);
      update.setString(1, Json.text(signing));
      var unusedCount = update.executeUpdate();
    }
  }
}
