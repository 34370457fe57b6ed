package org.ferry.crypto;

/**
 * How a request was refused.
 *
 * @param status the HTTP status; 0 where no answer came
 * @param errcode {@code errcode} of the answer, empty where there is none
 * @param message {@code error} of the answer or what the network said; holds no secret
 */
public record RequestFailure(int status, String errcode, String message) {}
