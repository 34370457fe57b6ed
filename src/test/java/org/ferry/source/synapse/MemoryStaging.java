package org.ferry.source.synapse;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A staging that only keeps what was written, as COPY text. */
final class MemoryStaging implements Staging {
  final Map<SynapseTable, List<String>> columns = new EnumMap<>(SynapseTable.class);
  final Map<SynapseTable, List<String>> rows = new EnumMap<>(SynapseTable.class);
  boolean closed;

  List<String> rows(SynapseTable table) {
    return rows.getOrDefault(table, List.of());
  }

  @Override
  public RowWriter write(SynapseTable table, List<String> names) {
    columns.put(table, names);
    List<String> all = rows.computeIfAbsent(table, t -> new ArrayList<>());
    return new RowWriter() {
      @Override
      public void rows(byte[] bytes, int offset, int length) {
        all.addAll(new String(bytes, offset, length, StandardCharsets.UTF_8).lines().toList());
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void clear() {
    columns.clear();
    rows.clear();
  }

  @Override
  public List<String> seal() {
    return List.of();
  }

  @Override
  public Stream<StagedRow> read(StagedView view) {
    return Stream.empty();
  }

  @Override
  public void close() {
    closed = true;
  }
}
