package org.ferry.web.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.ferry.id.MxcUri;
import org.ferry.id.RoomId;
import org.ferry.live.message.MediaRef;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of strangers, over real HTTP. */
class FileAnswerTest {
  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client = HttpClient.newHttpClient();
  private HttpServer server;
  private Path file;
  private volatile MediaRef ref = ref("image/png", "cat.png");

  private static MediaRef ref(@Nullable String mimetype, @Nullable String name) {
    MxcUri uri = MxcUri.parse("mxc://hs/abc").orElseThrow();
    return new MediaRef("id", uri, null, mimetype, name, -1, new RoomId("!r:hs"), null);
  }

  @BeforeEach
  void open() throws IOException {
    file = Files.writeString(folder.resolve("file"), "0123456789");
    server =
        vertx
            .createHttpServer()
            .requestHandler(request -> {
              Thread unused = Thread.startVirtualThread(() -> answer(request));
            })
            .listen(0, "127.0.0.1")
            .await();
  }

  private void answer(HttpServerRequest request) {
    try {
      FileAnswer.send(ref, file, request);
    } catch (Problem e) {
      HttpServerResponse response = request.response().setStatusCode(e.status());
      for (Map.Entry<String, String> header : e.headers().entrySet()) {
        response = response.putHeader(header.getKey(), header.getValue());
      }
      var unused = response.end();
    } catch (IOException | InterruptedException e) {
      var unused = request.response().setStatusCode(500).end();
    }
  }

  @AfterEach
  void close() {
    client.close();
    server.close().await();
    vertx.close().await();
  }

  private HttpResponse<String> get(String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort() + "/"));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  @Test
  void allOfItOrAPart() throws Exception {
    HttpResponse<String> all = get();
    assertThat(all.statusCode()).isEqualTo(200);
    assertThat(all.body()).isEqualTo("0123456789");
    assertThat(header(all, "accept-ranges")).isEqualTo("bytes");
    assertThat(header(all, "content-length")).isEqualTo("10");
    Map.of(
            "bytes=0-0", "0",
            "bytes=2-4", "234",
            "bytes=7-", "789",
            "bytes=8-500", "89",
            "bytes=-3", "789",
            "bytes=-500", "0123456789")
        .forEach((range, body) -> {
          try {
            HttpResponse<String> part = get("Range", range);
            assertThat(part.statusCode()).as(range).isEqualTo(206);
            assertThat(part.body()).as(range).isEqualTo(body);
            assertThat(header(part, "content-range"))
                .as(range)
                .startsWith("bytes ")
                .endsWith("/10");
          } catch (Exception e) {
            throw new AssertionError(range, e);
          }
        });
  }

  @Test
  void whatIsNoRangeIsIgnoredAndWhatIsNotThereIsToldSo() throws Exception {
    for (String odd :
        List.of(
            "bytes=-",
            "bytes=4-2",
            "bytes=0-1,3-4",
            "lines=0-1",
            "bytes=a-b",
            "bytes=" + "9".repeat(40) + "-")) {
      HttpResponse<String> all = get("Range", odd);
      assertThat(all.statusCode()).as(odd).isEqualTo(200);
      assertThat(all.body()).as(odd).hasSize(10);
    }
    for (String beyond : List.of("bytes=10-", "bytes=999999999999999999-", "bytes=-0")) {
      HttpResponse<String> none = get("Range", beyond);
      assertThat(none.statusCode()).as(beyond).isEqualTo(416);
      assertThat(header(none, "content-range")).isEqualTo("bytes */10");
    }
    file = Files.writeString(folder.resolve("empty"), "");
    assertThat(get().statusCode()).isEqualTo(200);
    assertThat(get("Range", "bytes=0-").statusCode()).isEqualTo(416);
  }

  @Test
  void onlyPicturesSoundAndPlainTextAreShown() throws Exception {
    for (String good : List.of("image/png", "IMAGE/JPEG", "video/mp4; codecs=x", "text/plain")) {
      ref = ref(good, "x");
      assertThat(header(get(), "content-disposition")).as(good).startsWith("inline;");
    }
    for (String bad :
        List.of(
            "text/html",
            "image/svg+xml",
            "application/xhtml+xml",
            "text/xml",
            "application/pdf",
            "text/plain\r\nSet-Cookie: a=b",
            "",
            "image/png, text/html")) {
      ref = ref(bad, "x");
      HttpResponse<String> answer = get();
      assertThat(header(answer, "content-type")).as(bad).isEqualTo("application/octet-stream");
      assertThat(header(answer, "content-disposition")).as(bad).startsWith("attachment;");
      assertThat(header(answer, "content-security-policy")).contains("sandbox");
      assertThat(answer.headers().firstValue("set-cookie")).isEmpty();
    }
    ref = ref(null, null);
    assertThat(header(get(), "content-disposition")).isEqualTo("attachment; filename*=UTF-8''file");
  }

  @Test
  void aNameIsANameAndNothingElse() throws Exception {
    Map.of(
            "../../etc/passwd", "passwd",
            "..\\..\\run.exe", "run.exe",
            "a\r\nSet-Cookie: x=y", "a%0D%0ASet-Cookie%3A%20x%3Dy",
            "\"; filename=evil.html", "%22%3B%20filename%3Devil.html",
            "é*.png", "%C3%A9%2A.png",
            "\ud800", "%3F",
            "  ", "file",
            "x/", "file")
        .forEach((name, shown) -> {
          ref = ref("image/png", name);
          try {
            HttpResponse<String> answer = get();
            assertThat(header(answer, "content-disposition"))
                .as(name)
                .isEqualTo("inline; filename*=UTF-8''" + shown);
            assertThat(answer.headers().firstValue("set-cookie")).isEmpty();
          } catch (Exception e) {
            throw new AssertionError(name, e);
          }
        });
    ref = ref("image/png", "n".repeat(1_000_000) + ".png");
    assertThat(header(get(), "content-disposition")).hasSizeLessThan(300).endsWith("n.png");
  }
}
