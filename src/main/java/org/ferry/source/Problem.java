package org.ferry.source;

/**
 * One thing in a source that could not be taken over.
 *
 * @param where file, table, line or id
 * @param what what is wrong there
 * @param remedy what a person can do, or what Ferry does instead
 */
public record Problem(String where, String what, String remedy) {}
