package org.ferry.live.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.id.DeviceId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.live.accounts.Identity;
import org.ferry.live.accounts.Identity.Kind;
import org.ferry.live.accounts.Identity.State;
import org.ferry.live.accounts.Identity.Way;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.Login;
import org.ferry.matrix.client.MatrixLab;
import org.ferry.matrix.client.WhoAmI;
import org.ferry.store.StoreLab;
import org.ferry.store.crypto.PgKeyring;
import org.ferry.store.live.PgIdentities;
import org.junit.jupiter.api.Test;

/** A ghost's device that was made by a login, and has a token of its own. */
class ServiceDeviceIT {
  private static final Secret REFUSED = Secret.of("syt_nobody_knows_this");

  private final List<Homeserver> opened = new ArrayList<>();

  private Doors doors(MatrixLab lab) {
    return new Doors() {
      @Override
      public Homeserver service() {
        return lab.homeserver();
      }

      @Override
      public Homeserver personal(UserId user, Secret token) {
        Homeserver homeserver = lab.personal(token);
        opened.add(homeserver);
        return homeserver;
      }

      @Override
      public Homeserver anonymous(UserId user) {
        throw new IllegalStateException("a ghost has no password");
      }
    };
  }

  /** As it is kept of a homeserver that makes no devices by {@code PUT}. */
  private static Identity loggedIn(MatrixLab lab, UserId ghost) {
    Login login =
        lab.homeserver().logins().applicationService(ghost, new DeviceId("GHOSTS"), "Ferry");
    return new Identity(
        ghost,
        Kind.GHOST,
        login.device(),
        Way.LOGIN,
        login.token(),
        State.FOLLOWING,
        "",
        Instant.EPOCH);
  }

  @Test
  void aTokenThatIsRefusedIsReplacedForTheSameDeviceAndADeviceThatIsGoneStaysGone()
      throws IOException {
    StoreLab store = new StoreLab();
    try (MatrixLab lab = new MatrixLab("service-device", false);
        PgKeyring keyring = PgKeyring.open(store.database(), PickleKey.random())) {
      PgIdentities identities = new PgIdentities(store.database(), keyring);
      UserId ghost = lab.ghost().user();
      ServiceDevice device =
          new ServiceDevice(ghost, Kind.GHOST, doors(lab), identities, InstantSource.system());
      Identity made = loggedIn(lab, ghost);
      identities.keep(made);
      assertThat(device.ready().whoami()).isEqualTo(new WhoAmI(ghost, made.device()));
      assertThat(identities.find(ghost).orElseThrow().token()).isEqualTo(made.token());

      identities.keep(made.made(Way.LOGIN, REFUSED));
      assertThat(device.ready().whoami()).isEqualTo(new WhoAmI(ghost, made.device()));
      Identity again = identities.find(ghost).orElseThrow();
      assertThat(again.device()).isEqualTo(made.device());
      assertThat(again.token()).isNotNull().isNotEqualTo(REFUSED);

      // Whose device somebody deleted is not given another by itself, with its keys lost.
      lab.homeserver().as(ghost).devices().delete(made.device());
      assertThatThrownBy(device::ready)
          .isInstanceOf(Halted.class)
          .hasMessageContaining("ferry accounts login " + ghost);
      assertThat(identities.find(ghost).orElseThrow().device()).isEqualTo(made.device());
    } finally {
      opened.forEach(Homeserver::close);
      store.close();
    }
  }
}
