package org.ferry.checkup;

/**
 * How Ferry's database is set up.
 *
 * @param label what to call it, without password
 * @param version the server's version, such as {@code 17.6}
 * @param encoding of the database
 * @param fsync {@code on} or {@code off}
 * @param synchronousCommit {@code on}, {@code off}, {@code local}, …
 * @param connections how many the server lets Ferry have
 * @param poolSize how many Ferry holds at most
 * @param schema the version of Ferry's tables
 */
public record DatabaseFacts(
    String label,
    String version,
    String encoding,
    String fsync,
    String synchronousCommit,
    int connections,
    int poolSize,
    int schema) {}
