package org.ferry.app;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.ferry.config.Config;
import org.ferry.config.Registration;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.live.Typing;
import org.ferry.live.message.Messages;
import org.ferry.live.message.Networks;
import org.ferry.live.message.News;
import org.ferry.live.provision.Naming;
import org.ferry.live.provision.People;
import org.ferry.live.provision.ProvisionException;
import org.ferry.live.provision.Provisioned;
import org.ferry.live.provision.Rooms;
import org.ferry.live.provision.Talk;
import org.ferry.live.watch.MediaFiles;
import org.ferry.matrix.client.Intent;
import org.ferry.migrate.explain.Explainer;
import org.ferry.migrate.explain.Known;
import org.ferry.migrate.plan.Ghosts;
import org.ferry.store.api.PgFigures;
import org.ferry.store.api.PgProvisioned;
import org.ferry.store.api.PgSessions;
import org.ferry.store.live.PgMessages;
import org.ferry.store.live.PgRoomCards;
import org.ferry.store.webhook.PgDesk;
import org.ferry.web.api.Api;
import org.ferry.web.api.Feed;
import org.ferry.web.api.MediaSigns;
import org.ferry.web.metrics.Metrics;
import org.ferry.webhook.Endpoint;
import org.ferry.webhook.MediaLinks;
import org.jspecify.annotations.Nullable;

/** The API of {@code run}. */
final class ApiPart {
  /**
   * What is heard of this and other processes.
   *
   * @param news when something was told
   * @param typing who types
   */
  record Heard(News news, Typing typing) {}

  private ApiPart() {}

  /**
   * Makes the API.
   *
   * @param ferry stays the caller's
   * @param closing what it needs is added to
   * @param registration null where Ferry is no application service
   * @param live for what is said, and for files
   * @param metrics told of each request
   * @param address where links lead
   * @param heard what is heard of other processes
   */
  static Api make(
      Ferry ferry,
      Closing closing,
      @Nullable Registration registration,
      LivePart live,
      Metrics metrics,
      ApiAddress address,
      Heard heard) {
    Config config = ferry.config();
    ServiceDoorway door =
        closing.add(
            new ServiceDoorway(ferry.vertx(), config, ferry.clock(), metrics),
            ServiceDoorway::close);
    Provisioned rows = new PgProvisioned(ferry.database());
    People people = new People(rows, door, naming(config, registration));
    Rooms rooms = new Rooms(rows, new PgRoomCards(ferry.database()), door, people);
    Talk talk = new Talk(live.sending(), door, rooms, user -> account(config, live, user));
    return new Api(
        config.access(),
        new Api.Provision(people, rooms, talk, new PgSessions(ferry.database())),
        reading(ferry, closing, door, live, signs(config, registration, address), heard),
        new Api.Inside(
            ferry.crossings(),
            id -> known(ferry, id),
            new Webhooks(ferry)::verdicts,
            new PgDesk(ferry.database(), ferry.clock()),
            config.webhooks().stream().map(Endpoint::name).toList(),
            new Webhooks(ferry)::keptSince),
        metrics.api(),
        ferry.clock());
  }

  /** How an account acts that is followed with a token of its own; empty for anybody else. */
  private static Optional<Intent> account(Config config, LivePart live, UserId user) {
    boolean configured = config.people().stream().anyMatch(a -> a.user().equals(user));
    if (!configured || user.equals(config.bot())) {
      return Optional.empty();
    }
    return Optional.of(
        live.readers()
            .intent(user)
            .orElseThrow(() ->
                new ProvisionException(
                    ProvisionException.Kind.CONFLICT,
                    user + " has no token yet; ferry accounts list tells more")));
  }

  /** As {@code ferry explain} says it; the content of events is not told. */
  private static List<Known> known(Ferry ferry, String id) {
    Explainer explainer =
        new Explainer(
            ferry.sources(),
            ferry.crossings(),
            c -> Followed.kept(ferry, c),
            source -> ferry.decryption(source).looking(),
            false);
    List<Known> known = new ArrayList<>(explainer.explain(id));
    known.addAll(new Conversations(ferry).explain(id));
    return known;
  }

  private static Api.Reading reading(
      Ferry ferry,
      Closing closing,
      ServiceDoorway door,
      LivePart live,
      MediaSigns signs,
      Heard heard) {
    Config config = ferry.config();
    Messages messages = new PgMessages(ferry.database());
    Feed feed = closing.add(new Feed(messages, heard.news()), Feed::close);
    return new Api.Reading(
        messages,
        new PgRoomCards(ferry.database()),
        feed,
        new MediaFiles(door, config.bot(), live.readers()::intent, ferry::scratchFile),
        new PgFigures(ferry.database()),
        signs,
        heard.typing(),
        Networks.names(config.networks()));
  }

  private static MediaSigns signs(
      Config config, @Nullable Registration registration, ApiAddress address) {
    return new MediaSigns(linkKey(config, registration), () -> address.url().orElse(""));
  }

  /**
   * Every process of an installation has the same; links end with the secret that it is made of.
   * Where there is neither secret no conversation is read, and there is nothing to link to.
   */
  private static Secret linkKey(Config config, @Nullable Registration registration) {
    Config.Pickling pickling = config.encryption().pickling();
    if (pickling != null) {
      return Secret.of(HexFormat.of().formatHex(pickling.key().forPickle("media links")));
    }
    return registration == null
        ? Secret.of(java.util.UUID.randomUUID().toString())
        : registration.asToken();
  }

  /** Links that receivers of webhooks fetch files by; none while the API has no address. */
  static MediaLinks mediaLinks(
      Config config, @Nullable Registration registration, ApiAddress address) {
    MediaSigns signs = signs(config, registration, address);
    return (id, until) ->
        address.url().map(url -> new MediaLinks.Link(signs.link(id, until), until));
  }

  private static Naming naming(Config config, @Nullable Registration registration) {
    String domain = config.homeserver().domain();
    String template = config.identities().usernameTemplate();
    Function<String, UserId> ghost =
        localpart -> {
          UserId name = UserId.of(localpart, domain);
          return new Ghosts(template, domain, domain)
              .assign(Set.of(name), Map.of(), List.of(config.bot()))
              .getOrDefault(name, name);
        };
    Predicate<UserId> isOurs =
        user ->
            registration != null
                && (user.equals(config.bot())
                    || registration.users().stream()
                        .anyMatch(n -> n.exclusive() && n.holds(user.value())));
    return new Naming(domain, config.bot(), ghost, isOurs);
  }
}
