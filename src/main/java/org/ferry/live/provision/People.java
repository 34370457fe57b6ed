package org.ferry.live.provision;

import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.ferry.id.MxcUri;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.live.provision.Person.Profile;
import org.ferry.live.provision.Person.State;
import org.ferry.live.provision.ProvisionException.Kind;
import org.ferry.matrix.client.Admin;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/**
 * Users of an application's. Every method blocks, may be repeated, and throws {@link
 * ProvisionException} where what is asked cannot be, or a {@link
 * org.ferry.matrix.client.HomeserverFailure}. Safe for use by many threads.
 */
public final class People {
  private final Provisioned rows;
  private final Service service;
  private final Naming naming;

  /**
   * People of one homeserver.
   *
   * @param rows who stands for whom
   * @param door the way to the homeserver
   * @param naming how they are called there
   */
  public People(Provisioned rows, ServiceDoor door, Naming naming) {
    this.rows = rows;
    this.service = new Service(door);
    this.naming = naming;
  }

  /**
   * What was made, or was there.
   *
   * @param <T> what
   * @param created whether this call made it
   */
  public record Made<T>(T what, boolean created) {}

  /**
   * Makes a user, or changes what is said of one.
   *
   * @param extId the application's name
   * @param wanted what is said; what is null stays as it is
   * @return the user
   */
  public Made<UserId> put(String extId, Profile wanted) {
    refuse(extId);
    check(wanted);
    return rows.alone("user " + extId, () -> service.ask(server -> put(server, extId, wanted)));
  }

  private Made<UserId> put(Homeserver server, String extId, Profile wanted) {
    Person noted = rows.person(extId).orElse(null);
    Person person = noted == null || noted.state() == State.GONE ? next(extId, noted) : noted;
    boolean created = person.state() == State.MAKING;
    if (created) {
      register(server, person, noted == null || noted.state() == State.GONE);
    }
    Profile now = wanted.over(person.profile());
    say(server, person, now);
    rows.keep(new Person(extId, person.user(), State.THERE, person.generation(), now));
    return new Made<>(person.user(), created);
  }

  /** Whether putting a user again says something else of it; not where there is none yet. */
  public boolean wouldChange(String extId, Profile wanted) {
    refuse(extId);
    return rows.person(extId)
        .filter(p -> p.state() == State.THERE)
        .filter(p -> !wanted.over(p.profile()).equals(p.profile()))
        .isPresent();
  }

  private Person next(String extId, @Nullable Person gone) {
    int generation = gone == null ? 0 : gone.generation() + 1;
    UserId user = naming.user(extId, generation);
    Person person = new Person(extId, user, State.MAKING, generation, Profile.NONE);
    rows.keep(person);
    return person;
  }

  /** A user that is there although nobody intended it belongs to somebody else. */
  private void register(Homeserver server, Person person, boolean intendedJustNow) {
    boolean fresh = server.as(naming.bot()).register(person.user().localpart());
    if (!fresh && intendedJustNow) {
      rows.drop(person);
      throw new ProvisionException(
          Kind.CONFLICT,
          person.user()
              + " exists already and was not made for \""
              + person.extId()
              + "\"; perhaps it stands for somebody of the old server. Choose another name.");
    }
  }

  private void say(Homeserver server, Person person, Profile now) {
    Profile said = person.profile();
    Intent intent = server.as(person.user());
    if (now.displayname() != null && !now.displayname().equals(said.displayname())) {
      intent.ownProfile().setName(now.displayname());
    }
    if (now.avatarUrl() != null && !now.avatarUrl().equals(said.avatarUrl())) {
      intent.ownProfile().setAvatar(now.avatarUrl());
    }
    if (now.email() != null && !now.email().equals(said.email())) {
      email(person.user(), now.email());
    }
  }

  private void email(UserId user, String address) {
    Admin admin =
        service
            .door()
            .admin()
            .orElseThrow(() ->
                new ProvisionException(
                    Kind.INVALID,
                    "an e-mail address takes an administrator's token; name one as"
                        + " homeserver.admin, or leave email out"));
    var settings = Json.object();
    var list = settings.putArray("threepids");
    if (!address.isEmpty()) {
      var unused = list.addObject().put("medium", "email").put("address", address);
    }
    var unused = admin.putUser(user, settings);
  }

  /**
   * Takes a user out of service; the application's name is free again then.
   *
   * @param extId the application's name
   * @param erase whether what the user said is to be hidden from those who join later, and what was
   *     said of the user forgotten
   * @return the user that is gone
   */
  public UserId remove(String extId, boolean erase) {
    refuse(extId);
    return rows.alone("user " + extId, () -> service.ask(server -> remove(server, extId, erase)));
  }

  private UserId remove(Homeserver server, String extId, boolean erase) {
    Person person = rows.person(extId).orElseThrow(() -> unknown(extId));
    if (person.state() != State.GONE) {
      Intent intent = server.as(person.user());
      var unused =
          intent.call(
              HttpMethod.POST,
              "/_matrix/client/v3/account/deactivate",
              Json.object().put("erase", erase));
      rows.noMember(person.user());
    }
    Profile left = erase ? Profile.NONE : person.profile();
    rows.keep(new Person(extId, person.user(), State.GONE, person.generation(), left));
    return person.user();
  }

  /**
   * Who is meant: a name that was put, or the id of a user of this homeserver.
   *
   * @param name an application's name, or {@code @name:domain}
   */
  public UserId find(String name) {
    if (UserId.isValid(name)) {
      UserId user = new UserId(name);
      naming.refuseStrangers(user);
      return user;
    }
    Naming.check("a user's name", name);
    return rows.person(name)
        .filter(p -> p.state() != State.GONE)
        .map(Person::user)
        .orElseThrow(() -> unknown(name));
  }

  /** Whether Ferry has a user of its own; only an application service has. */
  public boolean haveBot() {
    return naming.isOurs().test(naming.bot());
  }

  /** As {@link #find}, and Ferry may act for them. */
  public UserId speaker(@Nullable String name) {
    if (name == null && haveBot()) {
      return naming.bot();
    }
    if (name == null) {
      throw new ProvisionException(
          Kind.CONFLICT,
          "Ferry is no application service here and has no bot; where somebody is to speak, name as"
              + " \"as\" an account that api.tokens[].accounts lists for the token");
    }
    UserId user = find(name);
    if (!naming.isOurs().test(user)) {
      throw new ProvisionException(
          Kind.FORBIDDEN,
          "Ferry cannot speak for "
              + user
              + ": it is no user that Ferry made. Name one that was put under users/, or an account"
              + " that api.tokens[].accounts lists for the token.");
    }
    return user;
  }

  /** The rooms that a user of an application's was put into; none where there is no such user. */
  public List<RoomId> roomsOf(String extId) {
    refuse(extId);
    return rows.person(extId).map(p -> rows.roomsOf(p.user())).orElse(List.of());
  }

  /** The application's name of a user; empty where it has none. */
  public Optional<String> nameOf(UserId user) {
    return rows.personOf(user).map(Person::extId);
  }

  Naming naming() {
    return naming;
  }

  private static ProvisionException unknown(String extId) {
    return new ProvisionException(
        Kind.UNKNOWN, "there is no user \"" + extId + "\"; put it under users/ first");
  }

  /** Names that look like Matrix ids are somebody's of another server, or a person's own. */
  private void refuse(String extId) {
    Naming.check("a user's name", extId);
    if (UserId.isValid(extId)) {
      naming.refuseStrangers(new UserId(extId));
      throw new ProvisionException(
          Kind.INVALID,
          extId + " is a Matrix id; put users under the names that your application has for them");
    }
  }

  private static void check(Profile wanted) {
    String avatar = wanted.avatarUrl();
    if (avatar != null && !avatar.isEmpty() && MxcUri.parse(avatar).isEmpty()) {
      throw new ProvisionException(
          Kind.INVALID, "avatar_url is an mxc:// address of a file that was uploaded");
    }
    String email = Objects.requireNonNullElse(wanted.email(), "");
    if (!email.isEmpty() && !email.matches("[^@\\s]+@[^@\\s]+")) {
      throw new ProvisionException(Kind.INVALID, "email is an address such as me@example.org");
    }
  }
}
