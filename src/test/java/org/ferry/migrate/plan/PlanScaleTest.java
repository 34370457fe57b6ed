package org.ferry.migrate.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.ferry.migrate.plan.Kit.Room;
import org.ferry.migrate.plan.Plan.PlanPerson;
import org.ferry.migrate.plan.Plan.PlanRoom;
import org.ferry.migrate.plan.Plan.RoomAction;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A large source, made of the same small set of names so that much of it collides. */
class PlanScaleTest {
  private static final int ROOMS = 10_000;
  private static final int PEOPLE = 100_000;
  private static final int THERE = 2_000;

  @TempDir Path folder;

  private static Kit large(long seed) {
    Random random = new Random(seed);
    Kit kit = new Kit();
    for (int i = 0; i < PEOPLE; i++) {
      String name = (random.nextBoolean() ? "U" : "u") + i / 3;
      kit =
          random.nextInt(10) == 0
              ? kit.stranger("@" + name + ":third")
              : kit.person("@" + name + ":old", "Né " + i);
    }
    for (int i = 0; i < ROOMS; i++) {
      Room room =
          new Room("r" + i).name("Room " + random.nextInt(ROOMS)).since(random.nextInt(100));
      if (random.nextInt(20) == 0) {
        for (int c = 0; c < 20; c++) {
          room = room.child("r" + random.nextInt(ROOMS), random.nextInt(1000));
        }
      }
      if (random.nextInt(5) == 0) {
        room = room.aliases("#a" + random.nextInt(ROOMS) + ":old");
      }
      kit = kit.room(room);
    }
    for (int i = 0; i < THERE; i++) {
      kit =
          kit.there(
              Kit.at(
                  "t" + i, "ROOM " + random.nextInt(ROOMS), "#a" + random.nextInt(ROOMS) + ":new"));
    }
    return kit;
  }

  @Test
  void plansTenThousandRoomsAndAHundredThousandPeopleInSeconds() {
    Kit kit = large(42);
    Assertions.assertTimeout(
        Duration.ofMinutes(3),
        () -> {
          Plan plan = kit.propose();
          holds(plan);
          assertThat(kit.propose()).isEqualTo(plan);
          Path file = Files.writeString(folder.resolve("plan.yaml"), kit.render(plan));
          Draft back = PlanFile.previous(file, "old", "new", "#village:new");
          assertThat(back.plan()).isEqualTo(plan);
          Draft merged = PlanFile.merge(kit.propose(), back);
          assertThat(merged.marks()).isEmpty();
          assertThat(merged.plan()).isEqualTo(plan);
        });
  }

  /** What is true of every plan, whatever it was made from. */
  private static void holds(Plan plan) {
    assertThat(plan.rooms()).hasSize(ROOMS);
    assertThat(plan.people())
        .extracting(PlanPerson::target)
        .doesNotContainNull()
        .doesNotHaveDuplicates();
    assertThat(plan.rooms())
        .filteredOn(r -> r.action() == RoomAction.REUSE)
        .isNotEmpty()
        .extracting(PlanRoom::target)
        .doesNotContainNull()
        .doesNotHaveDuplicates();
    assertThat(plan.rooms())
        .filteredOn(r -> r.action() == RoomAction.CONFLICT)
        .isNotEmpty()
        .allSatisfy(r -> assertThat(r.candidates()).isNotEmpty());
    var parents =
        plan.rooms().stream()
            .collect(java.util.stream.Collectors.toMap(PlanRoom::id, PlanRoom::parents));
    assertThat(Parents.ringed(parents)).isEmpty();
  }
}
