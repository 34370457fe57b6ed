package org.ferry.migrate.settings;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/** One thing that a person should find on the destination. Immutable. */
public final class Wish {
  private final String kind;
  private final String name;
  private final String value;
  private final @Nullable String left;
  private final @Nullable Spot spot;

  private Wish(String kind, String name, String value, @Nullable String left, @Nullable Spot spot) {
    this.kind = kind;
    this.name = name;
    this.value = value;
    this.left = left;
    this.spot = spot;
  }

  /** Something to be put somewhere. */
  static Wish of(String kind, String name, String value, Spot spot) {
    return new Wish(kind, name, value, null, spot);
  }

  /** Something that is left out. */
  static Wish left(String kind, String name, String why) {
    return new Wish(kind, name, "", why, null);
  }

  /** What sort of thing, such as {@code tag}. */
  public String kind() {
    return kind;
  }

  /** Which one of that sort, by the ids of the source. */
  public String name() {
    return name;
  }

  /** What it should be, in a form that compares. */
  public String value() {
    return value;
  }

  /** Why it is left out; null where it is carried. */
  public @Nullable String left() {
    return left;
  }

  /** True where it only adds to what is there, and may do so at any time. */
  public boolean adds() {
    return spot != null && spot.adds();
  }

  /** What is there in the form of {@link #value()}; empty where nothing is. */
  public Optional<String> found(Present present) {
    return spot == null ? Optional.empty() : spot.found(present, value);
  }

  /** Makes it so, as the person. */
  public void grant(Intent owner) {
    if (spot != null) {
      spot.put(owner, value);
    }
  }

  /**
   * What to keep in the ledger before it is granted, so that it can be taken back.
   *
   * @param present what the person has
   * @param earlier what was kept before an earlier try or an earlier, smaller wish; else null
   * @param fresh true where nobody has used the account yet: then most places need not be asked
   * @return a small JSON object for {@link Taking}
   */
  public String before(Present present, @Nullable String earlier, boolean fresh) {
    ObjectNode known = earlier == null ? Json.object() : Json.parseObject(earlier);
    if (spot == null || (!known.isEmpty() && !adds())) {
      return Json.text(known); // What is there by now is Ferry's own.
    }
    if (fresh && !spot.hasDefault()) {
      return Json.text(Json.object().set("place", spot.json()));
    }
    ObjectNode before = spot.before(present, value);
    if (known.path("added") instanceof ObjectNode added) {
      Additions.merge(before.withObjectProperty("added"), added);
    }
    return Json.text(before);
  }

  /** Whether what was kept for another wish is of the same place. */
  public boolean isAt(@Nullable String kept) {
    return spot != null && kept != null && spot.json().equals(Json.parseObject(kept).get("place"));
  }

  /** Thrown while granting where the destination turns out to have no place for it. */
  public static final class LeftOut extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LeftOut(String why) {
      super(why);
    }
  }
}
