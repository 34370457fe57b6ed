package org.ferry.cli;

import java.io.InputStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.ferry.app.Carrying;
import org.ferry.app.DemoFolder;
import org.ferry.app.DemoPerson;
import org.ferry.app.DemoProof;
import org.ferry.app.DemoRelay;
import org.ferry.app.Ferry;
import org.ferry.app.Followed;
import org.ferry.app.Passage;
import org.ferry.app.Planning;
import org.ferry.app.Wishes;
import org.ferry.id.UserId;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.LoadedSource;
import org.ferry.migrate.Standing;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.plan.TargetSpace;
import org.ferry.migrate.replay.Watch;
import org.ferry.migrate.verify.SourceCount;
import org.ferry.migrate.verify.VerifyReport;
import org.ferry.source.MediaStore;

/** The demo's crossing: the steps of analyze, plan, migrate and verify, each with its time. */
final class DemoCrossing {
  private final Work work;
  private final Ferry ferry;
  private final DemoFolder folder;
  private final DemoPerson person;

  DemoCrossing(Work work, DemoFolder folder, DemoPerson person) {
    this.work = work;
    this.ferry = work.ferry();
    this.folder = folder;
    this.person = person;
  }

  /**
   * Carries, proves and relays what is not yet; false where something failed or differs.
   *
   * @param bot Ferry's bot
   */
  boolean proven(UserId bot) throws InterruptedException {
    if (!DemoProof.relayed(ferry).isEmpty()) {
      person.makeSpace(work.space(null), bot);
      return goesOn(alreadyProven() || carryAndProve());
    }
    try (DemoRelay relay = new DemoRelay(ferry, person)) {
      person.makeSpace(work.space(null), bot);
      return goesOn(alreadyProven() || carryAndProve()) && relay(relay);
    }
  }

  private boolean goesOn(boolean proven) {
    if (work.watch().stopping()) {
      throw new CancellationException();
    }
    return proven;
  }

  private boolean relay(DemoRelay relay) throws InterruptedException {
    Optional<Crossing> crossing = crossing();
    Optional<DemoPerson.Sample> sample = sample();
    if (crossing.isEmpty() || sample.isEmpty()) {
      work.progress().say("No carried room can be entered, so nothing is said live.");
      return false;
    }
    long begun = System.nanoTime();
    Watch watch = work.watch();
    int posts = relay.relay(crossing.get(), sample.get(), watch::stopping).size();
    if (posts < 2) {
      boolean unused = goesOn(false);
      work.progress()
          .say("Of a live and an encrypted message %d came to the webhook".formatted(posts));
      return false;
    }
    done(begun, "Relayed a live and an encrypted message to a webhook, signatures checked");
    return true;
  }

  /** Whether an earlier demo carried and proved everything; says so. */
  boolean alreadyProven() {
    Optional<Crossing> crossing = crossing();
    if (crossing.isEmpty()) {
      return false;
    }
    Standing standing = Standing.of(ferry.crossings(), crossing.get());
    Optional<Instant> proven = DemoProof.of(ferry, standing);
    if (proven.isEmpty() || sample().isEmpty()) {
      work.progress().say("An earlier demo was stopped; this one goes on from there.");
      return false;
    }
    work.progress()
        .say(
            "Everything is there already, verified at "
                + proven.get().truncatedTo(ChronoUnit.SECONDS));
    StatusView.lines(standing, ferry, false).forEach(work.progress()::say);
    return true;
  }

  private Optional<Crossing> crossing() {
    return ferry.crossings().all().stream().findFirst();
  }

  /** Carries what is not carried yet and compares everything; false where something differs. */
  boolean carryAndProve() throws InterruptedException {
    CrossingLedger.Claim claim = ferry.crossings().claim("demo");
    try (MediaStore media = ferry.media(folder.media())) {
      Passage passage = work.passage(loaded(), null);
      if (!carry(passage, media)) {
        return false;
      }
      return prove(passage);
    } finally {
      claim.close();
    }
  }

  private LoadedSource loaded() {
    Optional<LoadedSource> before = ferry.sources().latest();
    if (before.isPresent()) {
      return before.get();
    }
    long begun = System.nanoTime();
    var dump = new Sources.Named(folder.dump().toString(), folder.dump(), folder.media());
    LoadedSource loaded = work.load(dump, InputStream.nullInputStream());
    done(
        begun,
        "Read the dump of %s: %,d people, %,d rooms, %,d events, %,d files"
            .formatted(
                loaded.info().server(),
                loaded.totals().people(),
                loaded.totals().rooms(),
                loaded.totals().events(),
                loaded.totals().media()));
    return loaded;
  }

  private boolean carry(Passage passage, MediaStore media) throws InterruptedException {
    long begun = System.nanoTime();
    Planning planning = new Planning(ferry, passage);
    TargetSpace target = planning.target(true, work.reading());
    Followed followed = Followed.proposal(planning, target);
    Carrying carrying = new Carrying(ferry, passage);
    carrying.totals(followed.plan(), target, Wishes.all()).lines().forEach(work.progress()::say);
    Carrying.Outcome outcome =
        carrying.migrate(carrying.space(target), followed, media, List.of(), work.watch());
    work.progress().end();
    if (!outcome.whole()) {
      throw new CancellationException();
    }
    done(begun, "Carried everything into " + passage.options().space());
    StatusView.lines(outcome.standing(), ferry, false).forEach(work.progress()::say);
    person
        .enter(ferry, outcome.standing().crossing(), followed.plan())
        .forEach(work.progress()::say);
    return outcome.standing().failures().isEmpty();
  }

  private boolean prove(Passage passage) {
    long begun = System.nanoTime();
    Crossing crossing = Crossings.of(work, passage);
    Plan plan = Followed.plan(ferry, crossing, passage);
    VerifyReport found =
        new Carrying(ferry, passage)
            .verify(crossing, plan, SourceCount.ofLastLoad(), null, work.watch());
    work.progress().end();
    if (work.watch().stopping()) {
      throw new CancellationException();
    }
    done(begun, "Compared old and new");
    VerifyView.lines(found).forEach(work.progress()::say);
    if (found.differences() == 0) {
      DemoProof.keep(ferry, crossing);
    }
    return found.differences() == 0;
  }

  /** A message to look at, or empty where none can be read. */
  Optional<DemoPerson.Sample> sample() {
    Optional<Crossing> crossing = crossing();
    Optional<LoadedSource> source = ferry.sources().latest();
    if (crossing.isEmpty() || source.isEmpty()) {
      return Optional.empty();
    }
    Plan plan = Followed.plan(ferry, crossing.get(), work.passage(source.get(), null));
    return person.sample(ferry, crossing.get(), plan);
  }

  private void done(long begun, String words) {
    work.progress().say(words + " (" + DemoCommand.since(begun) + ")");
  }
}
