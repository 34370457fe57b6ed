package org.ferry.migrate.plan;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
 * not make: nobody is guessed, a person has to say whose they are. Finds as well who is listed as
 * an account that does not exist. It only reads. For one thread.
 */
public final class ExistingAccounts {
  private static final int AT_ONCE = 16;
  private static final int NAMED = 10;

  private final Homeserver server;
  private final @Nullable Admin admin;
  private final UserId bot;
  private @Nullable Set<UserId> all;

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
    List<UserId> wanted =
        plan.people().stream()
            .filter(p -> isToBeMade(p, progress))
            .flatMap(p -> Stream.ofNullable(p.target()))
            .toList();
    Set<UserId> taken = among(wanted);
    Map<UserId, String> why = new HashMap<>();
    for (PlanPerson person : plan.people()) {
      UserId target = person.target();
      if (target != null && isToBeMade(person, progress) && taken.contains(target)) {
        why.put(person.id(), sentence(target));
      }
    }
    return undecided(plan, why);
  }

  private static Plan undecided(Plan plan, Map<UserId, String> why) {
    if (why.isEmpty()) {
      return plan;
    }
    List<PlanPerson> people =
        plan.people().stream()
            .map(p -> {
              String reason = why.get(p.id());
              return reason == null
                  ? p
                  : new PlanPerson(p.id(), p.name(), PersonAction.CONFLICT, p.target(), reason);
            })
            .toList();
    return plan.with(people, plan.rooms());
  }

  private static boolean isToBeMade(PlanPerson person, Progress progress) {
    UserId target = person.target();
    return person.action() == PersonAction.ACCOUNT
        && target != null
        && !progress.made(person.id(), target)
        && !progress.began(person.id(), target);
  }

  /**
   * What is known of the accounts that people are mapped to.
   *
   * @param people those whose account does not exist, or is out of Ferry's reach, by their old id,
   *     a sentence each
   * @param untold accounts of which the server tells nothing
   */
  public record Absent(Map<UserId, String> people, Set<UserId> untold) {
    /** Makes conflicts of the lines that nobody edited. */
    public Draft mark(Draft draft) {
      Map<UserId, String> why = new HashMap<>(people);
      why.keySet().removeIf(id -> draft.marks().containsKey(id.value()));
      return new Draft(undecided(draft.plan(), why), draft.fresh(), draft.marks());
    }

    /** A sentence for each person of some lines, and one where the server does not tell. */
    public List<String> sentences(Plan plan) {
      List<String> sentences = new ArrayList<>();
      for (PlanPerson person : plan.people()) {
        String why = people.get(person.id());
        if (why != null && person.action() == PersonAction.MAP) {
          sentences.add(person.id() + ": " + why);
        }
      }
      return sentences;
    }

    /** What is to be said where the server does not tell who there is. */
    public Optional<String> note() {
      return untold.isEmpty()
          ? Optional.empty()
          : Optional.of(
              "the server does not tell whether these accounts exist, to which people are mapped; look yourself, or set homeserver.admin: %s%s"
                  .formatted(
                      untold.stream()
                          .limit(NAMED)
                          .map(UserId::value)
                          .collect(Collectors.joining(", ")),
                      untold.size() > NAMED ? ", …" : ""));
    }
  }

  /**
   * Looks whether the accounts exist that people are mapped to, and whether Ferry may act for them.
   * A wrong letter, and a registration of ghosts alone, would be found only when everything of
   * theirs is refused.
   *
   * @param plan the plan
   * @param progress what was carried: who was is not asked for again
   * @return what is missing
   */
  public Absent absent(Plan plan, Progress progress) {
    Set<UserId> toBeMade = new HashSet<>();
    Map<UserId, UserId> mapped = new TreeMap<>();
    for (PlanPerson person : plan.people()) {
      UserId target = person.target();
      if (target != null && target.server().equals(bot.server())) {
        if (person.action() == PersonAction.MAP) {
          mapped.put(person.id(), target);
        } else if (person.action() == PersonAction.ACCOUNT) {
          toBeMade.add(target);
        }
      }
    }
    mapped.values().removeAll(toBeMade);
    Map<UserId, Known> known = look(Set.copyOf(mapped.values()));
    mapped.keySet().removeIf(progress::isFixed);
    Map<UserId, Boolean> reach = asked(Set.copyOf(mapped.values()), this::isInReach);
    Map<UserId, String> absent = new TreeMap<>();
    mapped.forEach((person, target) -> {
      if (known.get(target) == Known.ABSENT) {
        absent.put(person, nobody(target));
      } else if (!reach.getOrDefault(target, true)) {
        boolean there = known.get(target) == Known.THERE;
        absent.put(person, there ? outOfReach(target) : nobodyOrOutOfReach(target));
      }
    });
    return new Absent(
        absent,
        known.keySet().stream()
            .filter(id -> known.get(id) == Known.UNTOLD)
            .collect(Collectors.toCollection(TreeSet::new)));
  }

  private static String nobody(UserId target) {
    return ("the account %s does not exist: correct the id where it is listed, or make the account"
            + " first, and run ferry plan again")
        .formatted(target);
  }

  private static String nobodyOrOutOfReach(UserId target) {
    return "the account %s does not exist, or Ferry may not act for it; the homeserver does not say which. Correct the id where it is listed, or see that ferry registration --check finds nothing and that the homeserver was restarted with it"
        .formatted(target);
  }

  private static String outOfReach(UserId target) {
    return "Ferry may not act for the account %s: the homeserver knows its ghosts alone. Set identities.map_file: people.csv, write the registration anew with ferry registration --force, hand it over, restart the homeserver, and run ferry plan again"
        .formatted(target);
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
    Map<UserId, Known> known = look(ids);
    return known.keySet().stream()
        .filter(id -> known.get(id) == Known.THERE)
        .collect(Collectors.toSet());
  }

  private enum Known {
    THERE,
    ABSENT,
    UNTOLD
  }

  private Map<UserId, Known> look(Collection<UserId> ids) {
    if (admin != null && !ids.isEmpty()) {
      Map<UserId, Known> known = new HashMap<>();
      Set<UserId> there = all == null ? admin.users() : all;
      all = there;
      ids.forEach(id -> known.put(id, there.contains(id) ? Known.THERE : Known.ABSENT));
      return known;
    }
    return asked(ids, this::ask);
  }

  private static <T> Map<UserId, T> asked(Collection<UserId> ids, Function<UserId, T> question) {
    Map<UserId, T> known = new ConcurrentHashMap<>();
    Semaphore free = new Semaphore(AT_ONCE);
    List<Future<T>> asked = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (UserId id : ids) {
        asked.add(
            threads.submit(() -> {
              free.acquire();
              try {
                T found = question.apply(id);
                known.put(id, found);
                return found;
              } finally {
                free.release();
              }
            }));
      }
    }
    for (Future<T> answer : asked) {
      T unused = TargetSurvey.result(answer);
    }
    return known;
  }

  private boolean isInReach(UserId id) {
    try {
      WhoAmI unused = server.as(id).whoami();
      return true;
    } catch (MatrixException e) {
      if (e.isForbidden() || e.isNotFound()) {
        return false;
      }
      throw e;
    }
  }

  /** A homeserver lets an application service act only for users that exist. */
  private Known ask(UserId id) {
    try {
      WhoAmI unused = server.as(id).whoami();
      return Known.THERE;
    } catch (MatrixException e) {
      if (e.isForbidden() || e.isNotFound()) {
        return hasProfile(id);
      }
      throw e;
    }
  }

  /** Servers that refuse for another reason still show who there is, or do not say. */
  private Known hasProfile(UserId id) {
    try {
      return server.as(bot).profile(id).isPresent() ? Known.THERE : Known.ABSENT;
    } catch (MatrixException e) {
      if (e.isForbidden()) {
        return Known.UNTOLD;
      }
      throw e;
    }
  }
}
