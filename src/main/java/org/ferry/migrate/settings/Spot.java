package org.ferry.migrate.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.Preferences;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/** Where one setting of a person stands on the destination; reads and writes it there. */
interface Spot {
  /** What is there, in the form of what is wanted; empty where nothing is. */
  Optional<String> found(Present present, String wanted);

  /** Puts something there, as the person. */
  void put(Intent owner, String value);

  /** The place as the ledger keeps it; {@link Spots#of} reads it again. */
  ObjectNode json();

  /** True where something is only added to what is there, which may be done at any time. */
  default boolean adds() {
    return false;
  }

  /** True where an account that nobody has used yet may hold something. */
  default boolean hasDefault() {
    return false;
  }

  /**
   * What to remember before something is put there, so that it can be taken back.
   *
   * @param present what the person has
   * @param wanted what is to be put there
   * @return the place, and what is there now
   */
  default ObjectNode before(Present present, String wanted) {
    ObjectNode before = Json.object();
    before.set("place", json());
    found(present, wanted).ifPresent(f -> before.put("was", f));
    return before;
  }

  /** A spot that what was put there can be taken back from. */
  interface Reversible extends Spot {
    /** Takes back what was put there. May be repeated. */
    Taking.Taken back(Intent owner, Present present, Kept kept);
  }

  /**
   * What the ledger knows of something that was put somewhere.
   *
   * @param before as {@link #before} gave it
   * @param wanted a hash of what was put there; null where none was noted
   * @param hash how it was hashed
   */
  record Kept(ObjectNode before, @Nullable String wanted, UnaryOperator<String> hash) {
    /** A hash of what stands there. */
    String hashed(String there) {
      return hash.apply(there);
    }
  }

  /** A spot that holds one thing, which is put back as it was unless its person changed it. */
  interface Place extends Reversible {
    /** Leaves the place as if nothing had ever been put there, as far as servers offer that. */
    void clear(Intent owner);

    @Override
    default Taking.Taken back(Intent owner, Present present, Kept kept) {
      String was = kept.before().path("was").textValue();
      // The form of what is there depends on what was wanted only in parts; what was there has
      // them.
      String there = found(present, was == null ? "" : was).orElse(null);
      String hashed = was == null ? null : kept.hashed(was);
      if (Objects.equals(there, was)) {
        return new Taking.Taken(Taking.Outcome.NOTHING, hashed);
      }
      if (there == null || !kept.hashed(there).equals(kept.wanted())) {
        return new Taking.Taken(Taking.Outcome.THEIRS, null);
      }
      if (was == null) {
        clear(owner);
      } else {
        put(owner, was);
      }
      return new Taking.Taken(Taking.Outcome.BACK, hashed);
    }
  }

  /** A tag of a room. */
  record Tag(RoomId room, String tag) implements Place {
    @Override
    public Optional<String> found(Present present, String wanted) {
      return present.tag(room, tag).map(Spot::canonical);
    }

    @Override
    public void put(Intent owner, String value) {
      owner.preferences().putTag(room, tag, Json.parseObject(value));
    }

    @Override
    public void clear(Intent owner) {
      owner.preferences().deleteTag(room, tag);
    }

    @Override
    public ObjectNode json() {
      return Json.object().put("kind", "tag").put("room", room.value()).put("name", tag);
    }
  }

  /** Account data, of a room or none. Servers cannot delete any; empty counts as nothing. */
  record Data(@Nullable RoomId room, String type) implements Place {
    @Override
    public Optional<String> found(Present present, String wanted) {
      return present
          .accountData(room, type)
          .map(Json::canonical)
          .filter(c -> !c.equals("{}") || wanted.equals("{}"));
    }

    @Override
    public void put(Intent owner, String value) {
      if (room == null) {
        owner.preferences().putAccountData(type, Json.parseObject(value));
      } else {
        owner.preferences().putAccountData(room, type, Json.parseObject(value));
      }
    }

    @Override
    public void clear(Intent owner) {
      put(owner, "{}");
    }

    @Override
    public ObjectNode json() {
      ObjectNode json = Json.object().put("kind", "data").put("name", type);
      return room == null ? json : json.put("room", room.value());
    }
  }

  /** A push rule that the person made. */
  record Rule(String kind, String id) implements Place {
    @Override
    public Optional<String> found(Present present, String wanted) {
      return present.pushRule(kind, id).map(r -> Json.canonical(PushRules.comparable(kind, r)));
    }

    @Override
    public void put(Intent owner, String value) {
      ObjectNode rule = Json.parseObject(value);
      boolean enabled = rule.remove("enabled").asBoolean(true);
      owner.preferences().putPushRule(kind, id, rule);
      owner.preferences().enablePushRule(kind, id, enabled);
    }

    @Override
    public void clear(Intent owner) {
      owner.preferences().deletePushRule(kind, id);
    }

    @Override
    public ObjectNode json() {
      return Json.object().put("kind", "rule").put("of", kind).put("name", id);
    }
  }

  /** A push rule that every account has, of which a person can change two things. */
  record DefaultRule(String kind, String id) implements Place {
    @Override
    public Optional<String> found(Present present, String wanted) {
      boolean actions = !wanted.isEmpty() && Json.parseObject(wanted).has("actions");
      return present
          .pushRule(kind, id)
          .map(r -> {
            ObjectNode there = Json.object().put("enabled", r.path("enabled").asBoolean(true));
            if (actions) {
              there.set("actions", r.path("actions"));
            }
            return Json.canonical(there);
          });
    }

    @Override
    public void put(Intent owner, String value) {
      Preferences preferences = owner.preferences();
      if (preferences.pushRule(kind, id).isEmpty()) {
        throw new Wish.LeftOut("the destination has no such rule of its own");
      }
      ObjectNode rule = Json.parseObject(value);
      preferences.enablePushRule(kind, id, rule.path("enabled").asBoolean(true));
      if (rule.has("actions")) {
        preferences.setPushRuleActions(kind, id, rule.path("actions"));
      }
    }

    @Override
    public boolean hasDefault() {
      return true;
    }

    @Override
    public void clear(Intent owner) {
      // It is the server's; nothing was there before only where the server had no such rule.
    }

    @Override
    public ObjectNode json() {
      return Json.object().put("kind", "default_rule").put("of", kind).put("name", id);
    }
  }

  /** A field of the profile; none is the empty text. */
  record Field(String name) implements Place {
    @Override
    public Optional<String> found(Present present, String wanted) {
      return present
          .profile()
          .map(p -> name.equals("displayname") ? p.displayName() : p.avatarUrl())
          .or(() -> present.profile().map(p -> ""));
    }

    @Override
    public void put(Intent owner, String value) {
      owner.ownProfile().setQuietly(name, value);
    }

    @Override
    public boolean hasDefault() {
      return true;
    }

    @Override
    public void clear(Intent owner) {
      put(owner, "");
    }

    @Override
    public ObjectNode json() {
      return Json.object().put("kind", "profile").put("name", name);
    }
  }

  private static String canonical(JsonNode node) {
    return node instanceof ObjectNode o ? Json.canonical(o) : node.toString();
  }
}
