package org.ferry.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.support.descriptor.AbstractTestDescriptor;
import org.junit.platform.engine.support.descriptor.MethodSource;

class ShardTest {
  @Test
  void partsTakeEachTestOnceAndNoneIsEmpty() {
    Set<Integer> used = new HashSet<>();
    for (int test = 0; test < 100; test++) {
      TestDescriptor descriptor = test("test" + test);
      assertThat(new Shard(null).apply(descriptor).included()).isTrue();
      int[] takers =
          Stream.of(1, 2, 3, 4)
              .filter(k -> new Shard(k + "/4").apply(descriptor).included())
              .mapToInt(k -> k)
              .toArray();
      assertThat(takers).hasSize(1);
      used.add(takers[0]);
    }
    assertThat(used).hasSize(4);
  }

  @Test
  void anotherFormIsRefused() {
    assertThatThrownBy(() -> new Shard("2 of 4")).hasMessageContaining("K/N");
  }

  private static TestDescriptor test(String method) {
    UniqueId id = UniqueId.root("test", method);
    return new AbstractTestDescriptor(
        id, method, MethodSource.from(ShardTest.class.getName(), method)) {
      @Override
      public Type getType() {
        return Type.TEST;
      }
    };
  }
}
