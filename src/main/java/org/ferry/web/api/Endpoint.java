package org.ferry.web.api;

import io.vertx.core.http.HttpMethod;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One line of the table that the API is made of; requests are routed by it, and the OpenAPI
 * document is made from it.
 *
 * @param method the HTTP method
 * @param path below {@code /api/v1}, with names of parts in braces
 * @param scope what the caller must be allowed to; null: nothing, see {@code open}
 * @param doc what is said about it
 * @param action what it does
 */
record Endpoint(HttpMethod method, String path, @Nullable Scope scope, Doc doc, Action action) {
  /** Largest body of what holds no file. */
  static final int SMALL = 64 * 1024;

  /** Largest body of a message, which may hold a file. */
  static final int LARGE = 16 * 1024 * 1024;

  /**
   * What is said about an endpoint.
   *
   * @param id its {@code operationId}
   * @param summary one sentence
   * @param status of the usual answer
   * @param body the name of the schema of what is sent; null where nothing is
   * @param answer the name of the schema of the answer; null where it is not JSON
   * @param query names of parameters, see {@link OpenApi}
   */
  record Doc(
      String id,
      String summary,
      int status,
      @Nullable String body,
      @Nullable String answer,
      List<String> query) {
    static Doc of(String id, String summary, String answer, String... query) {
      return new Doc(id, summary, 200, null, answer, List.of(query));
    }

    Doc takes(String schema) {
      return new Doc(id, summary, status, schema, answer, query);
    }

    Doc status(int code) {
      return new Doc(id, summary, code, body, code == 204 ? null : answer, query);
    }
  }

  /** What an endpoint does. */
  sealed interface Action {}

  /**
   * Answers with JSON.
   *
   * @param largest of the body in bytes; 0 where none is taken
   * @param work on a virtual thread
   */
  record Answering(int largest, Work work) implements Action {}

  /**
   * Answers by itself, on a virtual thread; also who may ask is its own business where a link may
   * stand for a token.
   *
   * @param open whether a caller without a token comes this far
   * @param work on a virtual thread
   */
  record Streaming(boolean open, Flow work) implements Action {}

  /** Answers a request. */
  @FunctionalInterface
  interface Work {
    Reply answer(Request request) throws Exception;
  }

  /** Answers a request by itself. */
  @FunctionalInterface
  interface Flow {
    /**
     * Answers.
     *
     * @param request its caller has no scopes where it showed no token
     * @param exchange what to write to
     */
    void answer(Request request, Exchange exchange) throws Exception;
  }

  static Endpoint get(String path, @Nullable Scope scope, Doc doc, Work work) {
    return new Endpoint(HttpMethod.GET, path, scope, doc, new Answering(0, work));
  }

  static Endpoint stream(String path, @Nullable Scope scope, Doc doc, boolean open, Flow work) {
    return new Endpoint(HttpMethod.GET, path, scope, doc, new Streaming(open, work));
  }

  static Endpoint put(String path, Scope scope, Doc doc, Work work) {
    return new Endpoint(HttpMethod.PUT, path, scope, doc, new Answering(SMALL, work));
  }

  static Endpoint post(String path, Scope scope, Doc doc, Work work) {
    return new Endpoint(HttpMethod.POST, path, scope, doc, new Answering(SMALL, work));
  }

  static Endpoint delete(String path, Scope scope, Doc doc, Work work) {
    return new Endpoint(HttpMethod.DELETE, path, scope, doc, new Answering(0, work));
  }

  /** The same with another size of body. */
  Endpoint upTo(int largest) {
    return action instanceof Answering a
        ? new Endpoint(method, path, scope, doc, new Answering(largest, a.work()))
        : this;
  }
}
