package org.ferry.cli;

import java.nio.file.Path;
import java.util.List;
import org.ferry.config.AccountInstallation;
import org.ferry.config.NewInstallation;
import org.ferry.config.PickleKeyFile;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Write config.yaml, registration.yaml and pickle.key with fresh secrets, mode 0600.",
      "Asks for what is not given. Says how to hand the registration to the homeserver."
    },
    footer = {
      "  ferry init --homeserver http://127.0.0.1:8008 --domain new.example.org \\",
      "      --space '#village:new.example.org' --create-space",
      "  ferry init --account @me:example.org --webhook https://shop.example.org/hook"
    })
final class InitCommand extends FerryCommand {
  @Option(
      names = "--homeserver",
      paramLabel = "URL",
      description = "Where the new server's client API answers.")
  @Nullable String homeserver;

  @Option(
      names = "--domain",
      paramLabel = "NAME",
      description = "Its server name, the part after the colon in user ids.")
  @Nullable String domain;

  @Option(names = "--space", paramLabel = "ALIAS", description = "The Space that takes the rooms.")
  @Nullable String space;

  @Option(names = "--create-space", description = "Make that Space where it does not exist.")
  boolean createSpace;

  @Option(
      names = "--identities",
      paramLabel = "MODE",
      description =
          "ghost: users of Ferry's own speak for people; account: accounts that people log in to.",
      defaultValue = "ghost")
  String identities = "ghost";

  @Option(
      names = "--address",
      paramLabel = "URL",
      description =
          "Where the homeserver reaches Ferry, if not on the same machine. Ferry listens on its port;"
              + " behind a proxy (https, a path, a port below 1024) on 29380.")
  @Nullable String address;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where the files are written; this folder if not given.")
  Path dir = Path.of("");

  @Option(
      names = "--force",
      description = "Write over files that are there, secrets included, but for a pickle key.")
  boolean force;

  @Option(
      names = "--account",
      paramLabel = "USER",
      description =
          "Only follow this account, such as @me:example.org, without a registration or a Space.")
  @Nullable String account;

  @Option(
      names = "--webhook",
      paramLabel = "URL",
      description = "With --account: where its messages are posted to, signed with a fresh secret.")
  @Nullable String webhook;

  InitCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    refuseWhatDoesNotFit();
    String follow = account;
    if (follow != null) {
      return follow(follow);
    }
    Path folder = session().world().folder().resolve(dir).normalize();
    refuseToOverwrite(NewInstallation.existing(folder));
    NewInstallation files = answers(folder);
    String key = key(files.pickleKey());
    files.write();
    report(files, key);
    return ExitStatus.DONE;
  }

  private void refuseWhatDoesNotFit() {
    if (webhook != null && account == null) {
      throw new UsageException(
          "--webhook belongs to --account; in a migration's config.yaml write webhooks, as config.example.yaml shows.");
    }
    if (!List.of("ghost", "account").contains(identities)) {
      throw new UsageException("--identities is ghost or account, not " + identities + ".");
    }
  }

  private int follow(String follow) {
    if (!UserId.isValid(follow)) {
      throw new UsageException(follow + " is no user id, such as @me:example.org.");
    }
    if (domain != null || space != null || createSpace || address != null) {
      throw new UsageException(
          "--account follows an account and nothing else; --domain, --space, --create-space and --address belong to a migration.");
    }
    Path folder = session().world().folder().resolve(dir).normalize();
    AccountInstallation files =
        new AccountInstallation(folder, new UserId(follow), homeserver, hook());
    refuseToOverwrite(files.existing());
    String key = key(files.pickleKey());
    files.write();
    session().say("Written, mode 0600:");
    session().say("  " + files.config() + "  the configuration");
    session().say("  " + files.pickleKey() + key);
    AccountInstallation.Hook hook = files.hook();
    if (hook != null) {
      session().say("  " + files.secret() + "  a fresh secret; its receiver checks posts with it");
    }
    if (hook != null && !hook.allowed().isEmpty()) {
      session()
          .say(
              "%s is not public (%s): config.yaml allows posts to it, with allow_private."
                  .formatted(hook.url().getHost(), String.join(", ", hook.allowed())));
    }
    session()
        .say(
            """

            Then:
              ferry accounts login %s
              ferry run\
            """
                    .formatted(follow)
                + (hook == null ? "" : "\n  ferry webhooks test webhook"));
    return ExitStatus.DONE;
  }

  private AccountInstallation.@Nullable Hook hook() {
    try {
      return webhook == null ? null : AccountInstallation.Hook.of(webhook);
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "--webhook " + webhook + " cannot be posted to: " + e.getMessage() + ".");
    }
  }

  private static String key(Path file) {
    return PickleKeyFile.holdsKey(file)
        ? "   the key for encryption, kept as it was: keys in a database may be under it"
        : "   a fresh key for encryption; keep a copy";
  }

  private void refuseToOverwrite(List<Path> existing) {
    if (!existing.isEmpty() && !force) {
      throw new UsageException(
          "nothing was written, because there is already "
              + String.join(" and ", existing.stream().map(Path::toString).toList())
              + "; --force writes all files anew, with new secrets; a pickle key stays.");
    }
  }

  /** The installation as asked for, on the command line or by questions. */
  private NewInstallation answers(Path folder) {
    Ask ask = session().ask();
    String standard = "http://127.0.0.1:8008";
    homeserver =
        given(homeserver, "Address of the new homeserver's client API", standard, "--homeserver");
    domain = given(domain, "Its server name, such as new.example.org", null, "--domain");
    boolean asked = space == null;
    space = given(space, "The Space that takes the rooms", "#village:" + domain, "--space");
    if (asked && !createSpace) {
      createSpace = ask.confirm("Make it where it does not exist", false);
    }
    return new NewInstallation(folder, homeserver, domain, space, createSpace, address, identities);
  }

  private String given(
      @Nullable String flag, String question, @Nullable String standard, String option) {
    return flag == null ? session().ask().text(question, standard, option) : flag;
  }

  private String forProxy() {
    return ": let what answers at %s pass everything on to it, Authorization headers too. On another port: appservice.listen in config.yaml."
        .formatted(address);
  }

  private void report(NewInstallation files, String key) {
    session().say("Written, mode 0600:");
    session().say("  " + files.config() + "        the configuration");
    session().say("  " + files.registration() + "  Ferry's registration, with two fresh tokens");
    session().say("  " + files.pickleKey() + "      " + key);
    if (address != null) {
      session().say("\nFerry listens at " + files.listen() + (files.passedOn() ? forProxy() : "."));
    }
    session().say(Handover.text(files.registration()));
    session()
        .say(
            """

            Then, with the pg_dump of the old server:
              ferry doctor
              ferry analyze old-synapse.sql.gz --media media_store
              ferry plan
              ferry migrate\
            """);
  }
}
