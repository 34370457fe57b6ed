package org.ferry.store.live;

import io.vertx.sqlclient.Row;
import java.util.UUID;
import org.ferry.id.TraceId;

/** Trace ids in rows. */
public final class Traces {
  private Traces() {}

  /** The trace id of a column; empty where there is none. */
  public static String text(Row row, int column) {
    UUID id = row.getUUID(column);
    return id == null ? "" : TraceId.of(id).value();
  }
}
