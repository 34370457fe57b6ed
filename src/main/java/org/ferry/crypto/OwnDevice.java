package org.ferry.crypto;

/**
 * A device that Ferry works with, as its homeserver lists it.
 *
 * @param device its keys and signatures
 * @param owner its user's identity
 */
public record OwnDevice(Device device, Tracked owner) {}
