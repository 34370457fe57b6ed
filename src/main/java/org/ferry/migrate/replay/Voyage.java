package org.ferry.migrate.replay;

import java.time.InstantSource;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.Admin;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.Intent;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.LoadedSource;
import org.ferry.migrate.MigrateOptions;
import org.ferry.migrate.SourceLedger;
import org.ferry.migrate.decrypt.Decryption;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.rewrite.Opener;
import org.ferry.migrate.rewrite.Opening;
import org.ferry.migrate.rewrite.Origin;
import org.jspecify.annotations.Nullable;

/**
 * What every part of a replay needs to know: from where, to where, by which plan.
 *
 * @param homeserver the destination
 * @param admin an administrator of it, null where there is none
 * @param source what was loaded
 * @param sources the ledger's source side
 * @param ledger the ledger's crossing side
 * @param crossing this crossing
 * @param plan what is to become of each person and room
 * @param options as configured
 * @param origin the marks of this source
 * @param clock what time it is
 * @param decryption what opens encrypted history
 */
public record Voyage(
    Homeserver homeserver,
    @Nullable Admin admin,
    LoadedSource source,
    SourceLedger sources,
    CrossingLedger ledger,
    CrossingLedger.Crossing crossing,
    Plan plan,
    MigrateOptions options,
    Origin origin,
    InstantSource clock,
    Decryption decryption) {

  /** Ferry's bot as who acts. */
  public Intent bot() {
    return homeserver.as(options.bot());
  }

  /** How encrypted events are treated by who carries them. */
  Opening carrying() {
    return opening(decryption.carrying());
  }

  /** How encrypted events are treated by who only looks. */
  public Opening looking() {
    return opening(decryption.looking());
  }

  private Opening opening(Opener opener) {
    boolean placeholders = options.rooms().undecryptable().equals("placeholder");
    return new Opening(opener, placeholders, options.language());
  }

  /** The destination Space. */
  public RoomId space() {
    return crossing.space();
  }

  /** The crossing's key in the ledger. */
  public long id() {
    return crossing.id();
  }

  /** The destination's server name. */
  public String domain() {
    return homeserver.domain();
  }
}
