package org.ferry.testing;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.PostDiscoveryFilter;

/**
 * Takes one part of all tests: {@code -Dferry.shard=2/4} runs the second of four, which together
 * run each test once. Tests of a class that is run in an order of its own stay together, and so do
 * the runs of a parameterized one.
 */
public final class Shard implements PostDiscoveryFilter {
  private final @Nullable String wanted;

  /** Called by JUnit, which finds it as a service. */
  public Shard() {
    this(System.getProperty("ferry.shard"));
  }

  Shard(@Nullable String wanted) {
    this.wanted = wanted;
    if (wanted != null && !wanted.matches("[1-9]\\d?/[1-9]\\d?")) {
      throw new IllegalArgumentException("-Dferry.shard is K/N, such as 2/4, and not " + wanted);
    }
  }

  @Override
  public FilterResult apply(TestDescriptor test) {
    return FilterResult.includedIf(
        wanted == null
            || !(test.getSource().orElse(null) instanceof MethodSource method)
            || takes(method));
  }

  private boolean takes(MethodSource method) {
    String[] part = String.valueOf(wanted).split("/", 2);
    boolean together =
        method.getJavaClass().isAnnotationPresent(org.junit.jupiter.api.TestMethodOrder.class);
    String name =
        together ? method.getClassName() : method.getClassName() + "#" + method.getMethodName();
    CRC32 hash = new CRC32();
    hash.update(name.getBytes(StandardCharsets.UTF_8));
    return hash.getValue() % Integer.parseInt(part[1]) == Integer.parseInt(part[0]) - 1;
  }
}
