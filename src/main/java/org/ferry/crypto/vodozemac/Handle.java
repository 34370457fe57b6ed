package org.ferry.crypto.vodozemac;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;

/**
 * An object of the library behind an address. It is freed once: by {@link #close()}, or by the
 * cleaner where the owner was lost. One thread at a time is inside it, further ones wait; a close
 * waits for the call that runs.
 */
abstract sealed class Handle implements AutoCloseable
    permits OlmAccount, OlmSession, MegolmOutbound, MegolmInbound, Ed25519Keypair {
  private static final Cleaner CLEANER = Cleaner.create();
  private static final AtomicLong NUMBERS = new AtomicLong();

  private final ReentrantLock lock = new ReentrantLock();
  private final long number = NUMBERS.incrementAndGet();
  private final Resource resource;
  private final Cleaner.Cleanable cleanable;

  /** Takes over an address, which is freed with {@code free}. */
  Handle(long address, LongConsumer free) {
    this.resource = new Resource(address, free);
    this.cleanable = CLEANER.register(this, resource);
  }

  /** Calls with the address while no other thread is inside and nothing frees it. */
  final <T> T use(LongFunction<T> call) {
    Handles.enter();
    lock.lock();
    try {
      return call.apply(address());
    } finally {
      lock.unlock();
      Reference.reachabilityFence(this);
    }
  }

  /** As {@link #use}, for a call without an answer. */
  final void run(LongConsumer call) {
    Boolean unused =
        use(address -> {
          call.accept(address);
          return true;
        });
  }

  /** Calls with two objects, which are locked in the order of their making. */
  final <T> T useWith(Handle other, TwoAddresses<T> call) {
    if (other == this) {
      throw new IllegalArgumentException("two different objects are needed");
    }
    Handle first = number < other.number ? this : other;
    Handle second = first == this ? other : this;
    return first.use(a -> second.use(b -> call.apply(address(), other.address())));
  }

  private long address() {
    long address = resource.address;
    if (address == 0) {
      throw new IllegalStateException(getClass().getSimpleName() + " is used after its close");
    }
    return address;
  }

  /** Frees the object; a second close does nothing. May be called on any thread. */
  @Override
  public final void close() {
    lock.lock();
    try {
      cleanable.clean();
    } finally {
      lock.unlock();
    }
  }

  /** A call on two addresses. */
  interface TwoAddresses<T> {
    /** Calls. */
    T apply(long address, long other);
  }

  /** What the cleaner holds; it must not know its handle. */
  private static final class Resource implements Runnable {
    private final LongConsumer free;
    private volatile long address;

    Resource(long address, LongConsumer free) {
      this.address = address;
      this.free = free;
      Handles.opened();
    }

    /** Runs at most once, as a cleanable promises. */
    @Override
    public void run() {
      long last = address;
      address = 0;
      free.accept(last);
      Handles.freed();
    }
  }
}
