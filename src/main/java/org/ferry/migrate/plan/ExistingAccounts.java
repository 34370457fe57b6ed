package org.ferry.migrate.plan;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Admin;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.client.WhoAmI;
import org.ferry.migrate.plan.Plan.PersonAction;
import org.ferry.migrate.plan.Plan.PlanPerson;
import org.jspecify.annotations.Nullable;

/**
 * Finds accounts of the destination that have the name of a person of the source and that Ferry did
 * not make: nobody is guessed, a person has to say whose they are (decisions.md 13). It only reads.
 */
public final class ExistingAccounts {
  private static final int AT_ONCE = 16;

  private final Homeserver server;
  private final @Nullable Admin admin;
  private final UserId bot;

  /**
   * Prepares the search.
   *
   * @param server the destination
   * @param admin an administrator of it, who can list all accounts at once; null where there is
   *     none
   * @param bot Ferry's bot, who asks where there is no administrator
   */
  public ExistingAccounts(Homeserver server, @Nullable Admin admin, UserId bot) {
    this.server = server;
    this.admin = admin;
    this.bot = bot;
  }

  /**
   * Makes a conflict of each person whose account would be one that exists.
   *
   * @param plan as proposed
   * @param progress what was carried: accounts that Ferry began to make are its own
   * @return the plan, with the lines of such people changed
   */
  public Plan mark(Plan plan, Progress progress) {
    List<UserId> wanted = new ArrayList<>();
    for (PlanPerson person : plan.people()) {
      UserId target = person.target();
      if (person.action() == PersonAction.ACCOUNT
          && target != null
          && !progress.made(person.id(), target)
          && !progress.people().containsKey(person.id())) {
        wanted.add(target);
      }
    }
    Set<UserId> taken = among(wanted);
    if (taken.isEmpty()) {
      return plan;
    }
    List<PlanPerson> people =
        plan.people().stream().map(p -> taken(p, taken, progress.people())).toList();
    return plan.with(people, plan.rooms());
  }

  private static PlanPerson taken(PlanPerson person, Set<UserId> taken, Map<UserId, ?> carried) {
    UserId target = person.target();
    if (target == null
        || person.action() != PersonAction.ACCOUNT
        || carried.containsKey(person.id())
        || !taken.contains(target)) {
      return person;
    }
    return new PlanPerson(
        person.id(), person.name(), PersonAction.CONFLICT, target, sentence(target));
  }

  /** What is said of an account that is there already. */
  public static String sentence(UserId target) {
    return ("the account %s exists and Ferry did not make it: set action to map where it is this"
            + " person's, or give another target with action account")
        .formatted(target);
  }

  /**
   * Which of some users have an account.
   *
   * @param ids of the destination's domain
   * @return those that exist
   */
  public Set<UserId> among(Collection<UserId> ids) {
    if (ids.isEmpty()) {
      return Set.of();
    }
    if (admin != null) {
      Set<UserId> there = new HashSet<>(ids);
      there.retainAll(admin.users());
      return there;
    }
    return asked(ids);
  }

  private Set<UserId> asked(Collection<UserId> ids) {
    Set<UserId> there = ConcurrentHashMap.newKeySet();
    Semaphore free = new Semaphore(AT_ONCE);
    List<Future<Boolean>> asked = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (UserId id : ids) {
        asked.add(
            threads.submit(() -> {
              free.acquire();
              try {
                return exists(id) && there.add(id);
              } finally {
                free.release();
              }
            }));
      }
    }
    for (Future<Boolean> answer : asked) {
      boolean unused = TargetSurvey.result(answer);
    }
    return there;
  }

  /** A homeserver lets an application service act only for users that exist. */
  private boolean exists(UserId id) {
    try {
      WhoAmI unused = server.as(id).whoami();
      return true;
    } catch (MatrixException e) {
      if (e.isForbidden() || e.isNotFound()) {
        return hasProfile(id);
      }
      throw e;
    }
  }

  /** Servers that refuse for another reason still show who there is. */
  private boolean hasProfile(UserId id) {
    try {
      return server.as(bot).profile(id).isPresent();
    } catch (MatrixException e) {
      if (e.isForbidden()) {
        return false;
      }
      throw e;
    }
  }
}
