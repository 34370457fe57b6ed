package org.ferry.app;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.ferry.crypto.DeviceRef;
import org.ferry.crypto.OlmMachine;
import org.ferry.live.accounts.Identities;
import org.ferry.live.accounts.Identity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a device of one of Ferry's own users signed by that user's identity, and says where it stays
 * unsigned: in the log, and to who asks how users stand. For one thread.
 */
final class OwnSignatures {
  private static final Logger LOG = LoggerFactory.getLogger(OwnSignatures.class);

  /** The homeserver is asked, given an identity and a signature, and asked again. */
  private static final Duration TAKES = Duration.ofMinutes(1);

  private static final String STAYS =
      Identity.UNSIGNED
          + "other people's clients may warn of the device %s or keep keys from it; the log of ferry run says what the homeserver refuses";

  private final OlmMachine machine;
  private final Identities identities;
  private final InstantSource clock;
  private final Instant begun;
  private boolean signed;
  private boolean told;

  OwnSignatures(OlmMachine machine, Identities identities, InstantSource clock) {
    this.machine = machine;
    this.identities = identities;
    this.clock = clock;
    this.begun = clock.instant();
  }

  /** Looks, until it is signed; before the machine is asked what it wants sent. */
  void tend() {
    if (signed) {
      return;
    }
    signed = machine.isSigned();
    DeviceRef device = machine.device();
    if (signed) {
      if (told) {
        LOG.info("event=device_signed user={}", device.user());
        note("device " + device.device());
      }
      return;
    }
    boolean unused = machine.createIdentity();
    if (!told && begun.plus(TAKES).isBefore(clock.instant())) {
      told = true;
      String sentence = STAYS.formatted(device.device());
      LOG.warn("event=device_unsigned user={} {}", device.user(), sentence);
      note(sentence);
    }
  }

  private void note(String detail) {
    identities
        .find(machine.device().user())
        .ifPresent(known -> identities.note(known.user(), known.state(), detail));
  }
}
