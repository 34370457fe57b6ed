package org.ferry.web.metrics;

import java.util.List;

/** The numbers of {@code Figures}, and how each is printed. */
final class Catalog {
  /**
   * How a number is printed.
   *
   * @param figure its name among the figures
   * @param name its name in Prometheus, without {@code _total}
   * @param counter whether it only grows
   * @param labels the names of its labels
   * @param help one sentence
   */
  record Shown(String figure, String name, boolean counter, List<String> labels, String help) {
    static Shown gauge(String figure, String name, String help, String... labels) {
      return new Shown(figure, name, false, List.of(labels), help);
    }

    static Shown counter(String figure, String name, String help, String... labels) {
      return new Shown(figure, name, true, List.of(labels), help);
    }
  }

  /** All, in the order of a message's way. */
  static final List<Shown> ALL =
      List.of(
          Shown.counter(
              "transactions", "ferry_transactions", "Transactions taken from the homeserver."),
          Shown.gauge(
              "transactions_waiting",
              "ferry_transactions_waiting",
              "Transactions that are not taken up yet."),
          Shown.gauge(
              "inbox_lag",
              "ferry_inbox_lag_seconds",
              "Age of the oldest transaction that is not taken up."),
          Shown.counter("events", "ferry_events", "Events of followed rooms that came in."),
          Shown.gauge(
              "events_waiting",
              "ferry_events_waiting",
              "Events that wait to be settled, for a key or their turn."),
          Shown.gauge(
              "relay_lag",
              "ferry_relay_lag_seconds",
              "Age of the oldest event that waits to be settled."),
          Shown.counter(
              "settled",
              "ferry_events_settled",
              "Events by what came of them; late: decrypted after they had been undecryptable.",
              "outcome"),
          Shown.gauge(
              "undecryptable",
              "ferry_undecryptable_events",
              "Events that no key opens so far.",
              "reason"),
          Shown.counter(
              "given_up",
              "ferry_keys_given_up",
              "Events whose key is asked for no longer, for each device that saw them."),
          Shown.gauge(
              "quarantined",
              "ferry_quarantined_events",
              "What came in and could not be understood."),
          Shown.gauge(
              "rooms_behind",
              "ferry_rooms_behind",
              "Followed rooms of which something may be missing, which is read back."),
          Shown.gauge(
              "telling_lag",
              "ferry_telling_lag_seconds",
              "Age of the oldest settled event of which nothing was told yet."),
          Shown.counter("messages", "ferry_messages", "Messages that were told."),
          Shown.gauge(
              "deliveries",
              "ferry_deliveries",
              "Deliveries to a webhook that wait, or were given up.",
              "endpoint",
              "state"),
          Shown.counter(
              "delivered",
              "ferry_deliveries_delivered",
              "Deliveries that a webhook took.",
              "endpoint"),
          Shown.gauge(
              "oldest_delivery",
              "ferry_delivery_oldest_seconds",
              "Age of the oldest delivery to a webhook that waits.",
              "endpoint"),
          Shown.gauge(
              "webhook_on",
              "ferry_webhook_on",
              "1 where a webhook is delivered to, 0 where it was switched off.",
              "endpoint"),
          Shown.gauge(
              "outgoing_waiting",
              "ferry_outgoing_waiting",
              "Messages that Ferry was asked to send and has not sent."),
          Shown.gauge(
              "outgoing_lag",
              "ferry_outgoing_lag_seconds",
              "Age of the oldest message that waits to be sent."),
          Shown.gauge("room_keys", "ferry_room_keys", "Megolm sessions that Ferry holds keys of."),
          Shown.gauge(
              "rooms_with_keys", "ferry_rooms_with_keys", "Rooms that Ferry holds keys of."),
          Shown.gauge(
              "outgoing_sessions",
              "ferry_megolm_outbound_sessions",
              "Megolm sessions that Ferry encrypts with."),
          Shown.gauge("olm_sessions", "ferry_olm_sessions", "Olm sessions with other devices."),
          Shown.gauge("rooms_followed", "ferry_rooms_followed", "Rooms that Ferry follows."),
          Shown.gauge(
              "replay_rate",
              "ferry_replay_events_per_second",
              "How fast history is carried; 0 where nothing carries it now.",
              "source",
              "space"),
          Shown.counter(
              "replayed",
              "ferry_replayed_events",
              "Events of history that have an outcome, in the last run.",
              "source",
              "space"),
          Shown.gauge(
              "replay_total",
              "ferry_replay_events_planned",
              "Events of history that the last run had to carry.",
              "source",
              "space"),
          Shown.gauge(
              "replay_stuck",
              "ferry_replay_events_stuck",
              "Events of history that failed, or of which it is not known whether they arrived.",
              "source",
              "space",
              "state"));

  private Catalog() {}
}
