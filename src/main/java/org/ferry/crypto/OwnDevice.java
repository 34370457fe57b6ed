package org.ferry.crypto;

/**
 * A device and its owner, as another one of Ferry's devices knows them.
 *
 * @param device its keys and signatures
 * @param owner its user's identity
 */
public record OwnDevice(Device device, Tracked owner) {}
