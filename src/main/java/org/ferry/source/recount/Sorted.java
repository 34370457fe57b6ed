package org.ferry.source.recount;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import org.ferry.source.Leftovers;
import org.jspecify.annotations.Nullable;

/**
 * Events put into the order of their rooms: sorted in pieces, which lie in files beyond the first,
 * and merged when they are read. Memory holds one piece.
 */
final class Sorted implements AutoCloseable {
  private static final int PIECE = 100_000;
  private static final String KIND = "recount";

  private final Path scratch;
  private final List<Placed> piece = new ArrayList<>();
  private final List<Path> files = new ArrayList<>();

  Sorted(Path scratch) {
    this.scratch = scratch;
  }

  void add(Placed event) throws IOException {
    piece.add(event);
    if (piece.size() == PIECE) {
      spill();
    }
  }

  /** Called once, after the last one. */
  void seal() throws IOException {
    if (files.isEmpty()) {
      piece.sort(Placed.ORDER);
    } else if (!piece.isEmpty()) {
      spill();
    }
  }

  private void spill() throws IOException {
    piece.sort(Placed.ORDER);
    Path folder = Files.createDirectories(scratch);
    if (files.isEmpty()) {
      Leftovers.sweep(folder, KIND);
    }
    Path file = Files.createTempFile(folder, Leftovers.prefix(KIND), ".sorted");
    files.add(file);
    try (var out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      for (Placed event : piece) {
        event.write(out);
      }
    }
    piece.clear();
  }

  /** All events in order; may be read any number of times, each to its end or closed. */
  Merged read() throws IOException {
    return files.isEmpty() ? new Merged(piece.iterator()) : new Merged(files);
  }

  @Override
  public void close() {
    for (Path file : files) {
      try {
        boolean unused = Files.deleteIfExists(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Several sorted pieces as one. */
  static final class Merged implements Iterator<Placed>, AutoCloseable {
    private final PriorityQueue<Piece> pieces =
        new PriorityQueue<>((a, b) -> Placed.ORDER.compare(a.head(), b.head()));
    private final @Nullable Iterator<Placed> whole;

    Merged(Iterator<Placed> whole) {
      this.whole = whole;
    }

    Merged(List<Path> files) throws IOException {
      whole = null;
      for (Path file : files) {
        keep(new Piece(file));
      }
    }

    private void keep(Piece piece) throws IOException {
      if (piece.advance()) {
        pieces.add(piece);
      } else {
        piece.close();
      }
    }

    @Override
    public boolean hasNext() {
      return whole == null ? !pieces.isEmpty() : whole.hasNext();
    }

    @Override
    public Placed next() {
      if (whole != null) {
        return whole.next();
      }
      Piece piece = pieces.poll();
      if (piece == null) {
        throw new NoSuchElementException();
      }
      Placed event = piece.head();
      try {
        keep(piece);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return event;
    }

    @Override
    public void close() {
      pieces.forEach(Piece::close);
      pieces.clear();
    }
  }

  private static final class Piece implements AutoCloseable {
    private final DataInputStream in;
    private @Nullable Placed head;

    Piece(Path file) throws IOException {
      in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16));
    }

    boolean advance() throws IOException {
      head = Placed.read(in);
      return head != null;
    }

    Placed head() {
      Placed event = head;
      if (event == null) {
        throw new NoSuchElementException();
      }
      return event;
    }

    @Override
    public void close() {
      try {
        in.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
