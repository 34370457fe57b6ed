package org.ferry.migrate;

/**
 * A place in a room's order.
 *
 * @param depth first half
 * @param stream second half, may be negative
 */
public record Place(long depth, long stream) implements Comparable<Place> {
  @Override
  public int compareTo(Place other) {
    int byDepth = Long.compare(depth, other.depth);
    return byDepth != 0 ? byDepth : Long.compare(stream, other.stream);
  }
}
