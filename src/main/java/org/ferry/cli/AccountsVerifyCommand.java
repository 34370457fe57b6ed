package org.ferry.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.ferry.app.Accounts;
import org.ferry.app.DeviceVerification.Outcome;
import org.ferry.app.DeviceVerification.Result;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    description = {
      "Sign the device that Ferry follows an account by with the account's own identity, so that",
      "other people's clients trust it and send it their keys. Needs what opens the account's secret",
      "storage: its recovery key, or its passphrase. Says what to do where it cannot.",
      "Where the account's identity was reset since Ferry first saw one, what the storage holds proves",
      "the present one; where it holds too little for that, --accept-identity takes your word for the",
      "one that you name. No word is taken against what the storage says, where what opens it is given.",
      "A daemon may run meanwhile."
    },
    footer = {
      "  ferry accounts verify @me:example.org --recovery-key-file recovery.txt",
      "  ferry accounts verify @me:example.org --accept-identity KEY"
    })
final class AccountsVerifyCommand extends FerryCommand {
  @Parameters(paramLabel = "USER", description = "An account of the configuration, or the bot.")
  String user = "";

  @ArgGroup Given given = new Given();

  /** At most one of them. */
  static final class Given {
    @Option(
        names = "--recovery-key-file",
        paramLabel = "FILE",
        description =
            "Holds the recovery key; else that of the configuration, FERRY_RECOVERY_KEY, or asked.")
    @Nullable Path recoveryKey;

    @Option(
        names = "--passphrase-file",
        paramLabel = "FILE",
        description = "Holds the passphrase of the account's secret storage.")
    @Nullable Path passphrase;
  }

  @Option(
      names = "--accept-identity",
      paramLabel = "KEY",
      description = {
        "The identity with this master key, as the command without the option prints it, is the",
        "account's own: you have reset it yourself in another client. Whoever runs the homeserver",
        "could show one of theirs. Not for the bot, whose identity is Ferry's."
      })
  @Nullable String accept;

  @Option(names = "--json", description = "What came of it as JSON on standard output.")
  boolean json;

  AccountsVerifyCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    if (!UserId.isValid(user)) {
      throw new UsageException(user + " is no user id, such as @me:example.org.");
    }
    UserId id = new UserId(user);
    try (Work work = new Work(session())) {
      Accounts accounts = new Accounts(work.ferry());
      if (!accounts.knows(id)) {
        throw new UsageException(
            "%s is not among the accounts in %s; add it: accounts: [{user: \"%s\"}]"
                .formatted(id, work.ferry().config().file(), id));
      }
      if (accept != null && accounts.isOwn(id)) {
        throw new UsageException(
            "--accept-identity is for accounts of people. Nobody but Ferry has a say in what the identity of %s is; leave the option out, and look."
                .formatted(id));
      }
      return report(accounts, id, accounts.verify(id, key(accounts, id), accept));
    }
  }

  private StorageKey key(Accounts accounts, UserId id) {
    return new StorageKey(
        new SecretInput(session()),
        "The recovery key of " + id,
        accounts.recoveryKey(id),
        given.recoveryKey,
        given.passphrase);
  }

  private int report(Accounts accounts, UserId id, Outcome outcome) {
    Result result = outcome.result();
    boolean verified = result == Result.SIGNED || result == Result.SIGNED_ALREADY;
    if (json) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("user", id.value());
      document.put("verified", verified);
      document.put("result", result.name().toLowerCase(Locale.ROOT));
      if (outcome.device() != null) {
        document.put("device", outcome.device().value());
      }
      if (outcome.fingerprint() != null) {
        document.put("fingerprint", outcome.fingerprint());
      }
      if (outcome.identity() != null) {
        document.put("identity", outcome.identity());
        document.put("accepted", outcome.accepted());
      }
      if (outcome.unread() != null) {
        document.put("storage_not_read", outcome.unread());
      }
      session().json(document);
    } else {
      boolean foreign = outcome.result() == Result.OTHER_IDENTITY && accounts.isOwn(id);
      session().say(foreign ? foreign(id, outcome) : sentence(id, outcome));
      if (outcome.accepted()) {
        session()
            .say(
                "The identity %s of %s was accepted on your word: it is the one that counts."
                    .formatted(outcome.identity(), id));
      }
      if (outcome.unread() != null) {
        session()
            .say(
                "The account's secret storage was not looked at; it could say that this identity is another's: "
                    + outcome.unread());
      }
    }
    return verified ? ExitStatus.DONE : ExitStatus.FAILED;
  }

  /** Of the bot or a ghost. */
  private static String foreign(UserId id, Outcome outcome) {
    return "The device %s of %s is signed, but by another identity (%s) than its own, which nobody resets: somebody who can log in as that user put it there, or whoever runs the homeserver. Nothing makes it count. Find out who, end their sessions and change what they used; then have Ferry make an identity anew: ferry accounts login %s --new-device"
        .formatted(outcome.device(), id, outcome.identity(), id);
  }

  private String sentence(UserId id, Outcome outcome) {
    String device = String.valueOf(outcome.device());
    return switch (outcome.result()) {
      case SIGNED ->
          "The device %s of %s is signed by the account's identity now.".formatted(device, id);
      case SIGNED_ALREADY ->
          "The device %s of %s is signed by the account's identity already.".formatted(device, id);
      case NO_DEVICE ->
          "%s has no device that works. Log it in: ferry accounts login %s".formatted(id, id);
      case NO_KEYS ->
          "The device %s of %s has no keys on the homeserver yet: ferry run makes them. Start it, then come back."
              .formatted(device, id);
      case OTHER_KEYS ->
          "The homeserver shows other keys for the device %s of %s than the database has (%s). Nothing was signed. Restore the database that belongs to it, or log the account in anew: end the session %s in another client, then: ferry accounts login %s"
              .formatted(device, id, outcome.fingerprint(), device, id);
      case NO_IDENTITY ->
          "%s has no cross-signing identity. Set one up in a client of the account (in Element: Settings, Encryption, Set up recovery), and give Ferry its recovery key."
              .formatted(id);
      case NO_STORAGE ->
          "%s keeps no cross-signing keys in secret storage, so that no recovery key helps. In a client of the account set up recovery; or verify the session %s there by its key: %s"
              .formatted(id, device, outcome.fingerprint());
      case UNSIGNED ->
          "The device %s of %s is not signed, as far as the homeserver shows, by the identity that Ferry made. ferry run signs it by itself; where it stays so, its log says why (event=device_unsigned)."
              .formatted(device, id);
      case NOT_SHOWN ->
          "The homeserver was given the signature of the device %s of %s and does not show it. Try again in a while; if that stays so, verify the session %s in another client of the account, by its key: %s"
              .formatted(device, id, device, outcome.fingerprint());
      case OTHER_IDENTITY ->
          "The device %s of %s is signed, but by another identity than the first that Ferry saw (%s by now), and nothing from the account's secret storage proves that it is the account's own. If you have reset it in another client, give the storage's recovery key (--recovery-key-file); where that proves nothing: ferry accounts verify %s --accept-identity %s. If not, somebody else did, or whoever runs the homeserver: do not."
              .formatted(device, id, outcome.identity(), id, outcome.identity());
      case NOT_NAMED ->
          "The homeserver shows the identity %s of %s, and not the one that you named (%s). Nothing was accepted or signed. Where it was reset again, by you, look anew: ferry accounts verify %s"
              .formatted(outcome.identity(), id, accept, id);
      case CONTRADICTED ->
          "The homeserver shows a master key of %s (%s) that is not the one in the account's secret storage, though the self-signing key is the same. Nobody who resets an identity brings that about; whoever runs the homeserver can. Nothing was accepted, and --accept-identity accepts nothing here. Look what the account's other clients say of its identity, and ask whoever runs the homeserver."
              .formatted(id, outcome.identity());
    };
  }
}
