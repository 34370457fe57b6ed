package org.ferry.source.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.ferry.source.MediaStore;
import org.ferry.source.SourceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

class MediaStoresTest {
  private static final String GOAT = "local_content/NF/Tb/OmJzdthbOCmnMAEBHwJQ";
  private static final String GOAT_SHA256 =
      "f9f51fbbf7f76f72494bd6aeac869062721894faa6b93cd07e5f5600860a9ac2";

  @TempDir Path folder;

  @Test
  void readsTheRealStoreByteForByte() throws Exception {
    try (MediaStore store = open(Path.of("src/main/resources/demo/media_store.tar.gz"))) {
      assertThat(hash(store, GOAT)).isEqualTo(GOAT_SHA256);
      assertThat(store.find(GOAT).orElseThrow().length()).isEqualTo(109241);
      assertThat(store.find("local_content/NF/Tb/other")).isEmpty();
      assertThat(store.problems()).isEmpty();
    }
    assertThat(scratchFiles()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tar", "gz", "zst", "xz"})
  void readsTarsHoweverPacked(String packing) throws Exception {
    byte[] tar =
        new TarMaker()
            .entry("srv/media_store/", '5', "", new byte[0])
            .file("srv/media_store/local_content/ab/cd/one", "first")
            .file("srv/media_store/local_thumbnails/ab/cd/one", "thumbnail")
            .gnuLong("srv/media_store/remote_content/h:8448/ab/cd/" + "n".repeat(120), "gnu")
            .paxLong("srv/media_store/remote_content/h/ab/cd/" + "p".repeat(120), "pax")
            .file("srv/media_store/local_content/ab/cd/empty", "")
            .end();
    try (MediaStore store = open(Files.write(folder.resolve("store"), pack(packing, tar)))) {
      assertThat(text(store, "local_content/ab/cd/one")).isEqualTo("first");
      assertThat(text(store, "local_content/ab/cd/empty")).isEmpty();
      assertThat(text(store, "remote_content/h:8448/ab/cd/" + "n".repeat(120))).isEqualTo("gnu");
      assertThat(text(store, "remote_content/h/ab/cd/" + "p".repeat(120))).isEqualTo("pax");
      assertThat(store.find("local_thumbnails/ab/cd/one")).isEmpty();
      assertThat(store.problems()).isEmpty();
    }
    assertThat(scratchFiles()).isEmpty();
  }

  @Test
  void aHostileTarReachesNothingOutside() throws Exception {
    Path secret = Files.writeString(folder.resolve("secret"), "secret");
    byte[] tar =
        new TarMaker()
            .file("media/local_content/ab/cd/good", "good")
            .file("../../local_content/ab/cd/up", "x")
            .file("/local_content/ab/cd/absolute", "x")
            .file("media/local_content/../../../etc/passwd", "x")
            .file("media\\local_content\\ab\\cd\\windows", "x")
            .file("media/local_content/ab/./cd/dot", "x")
            .file("media//local_content/ab/cd/empty", "x")
            .file("media/local_content/ab/cd/line\nfeed", "x")
            .gnuLong("media/local_content/ab/cd/" + "l".repeat(4096), "x")
            .link("media/local_content/ab/cd/symlink", '2', secret.toString())
            .link("media/local_content/ab/cd/hardlink", '1', secret.toString())
            .link("media/local_content/ab/cd/device", '3', "")
            .link("media/local_content/ab/cd/block", '4', "")
            .link("media/local_content/ab/cd/pipe", '6', "")
            .link("media/local_content/ab/ln", '2', folder.toString())
            .file("media/local_content/ab/ln/through", "x")
            .file("media/local_content/ab/cd/twice", "first")
            .file("media/local_content/ab/cd/twice", "second")
            .end();
    try (MediaStore store = open(Files.write(folder.resolve("store"), tar))) {
      assertThat(text(store, "local_content/ab/cd/good")).isEqualTo("good");
      assertThat(text(store, "local_content/ab/cd/twice")).isEqualTo("second");
      for (String name : List.of("up", "absolute", "windows", "symlink", "hardlink", "device")) {
        assertThat(store.find("local_content/ab/cd/" + name)).as(name).isEmpty();
      }
      assertThat(store.problems()).hasSize(14);
    }
    assertThat(Files.readString(secret)).isEqualTo("secret");
  }

  /** Names that some file systems take for the same, or for a place elsewhere. */
  @ParameterizedTest
  @ValueSource(strings = {"tar", "gz", "zst", "xz"})
  void namesMeanNothingToTheFileSystem(String packing) throws Exception {
    byte[] tar =
        new TarMaker()
            .file("media/local_content/ab/cd/\u00e9", "composed")
            .file("media/local_content/ab/cd/e\u0301", "decomposed")
            .file("media/local_content/ab/cd/Case", "upper")
            .file("media/local_content/ab/cd/case", "lower")
            .file("C:/local_content/ab/cd/drive", "drive")
            .paxLong("media/local_content/ab/cd/../../../../outside", "x")
            .paxLong("/etc/local_content/ab/cd/pax", "x")
            .paxLong("media/local_content/ab/cd/nul\u0000.png", "x")
            .paxLong("C:\\local_content\\ab", "x")
            .gnuLong("../".repeat(1300) + "local_content/ab/cd/far", "x")
            .link("media/local_content", '2', folder.toString())
            .file("media/local_content/written-through", "x")
            .end();
    Path file = Files.write(folder.resolve("store"), pack(packing, tar));
    List<String> before = tree();
    try (MediaStore store = open(file)) {
      assertThat(text(store, "local_content/ab/cd/\u00e9")).isEqualTo("composed");
      assertThat(text(store, "local_content/ab/cd/e\u0301")).isEqualTo("decomposed");
      assertThat(text(store, "local_content/ab/cd/Case")).isEqualTo("upper");
      assertThat(text(store, "local_content/ab/cd/case")).isEqualTo("lower");
      assertThat(text(store, "local_content/ab/cd/drive")).isEqualTo("drive");
      assertThat(store.find("local_content/ab/cd/far")).isEmpty();
      assertThat(store.find("local_content/ab/cd/pax")).isEmpty();
      assertThat(store.problems())
          .hasSize(6)
          .allSatisfy(p -> assertThat(p.where()).hasSizeLessThan(400));
      assertThat(tree()).isEqualTo(before);
    }
    assertThat(tree()).isEqualTo(before);
    assertThat(scratchFiles()).isEmpty();
  }

  /** Every file and link but those of the scratch folder, with what they hold. */
  private List<String> tree() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      List<String> found = new ArrayList<>();
      for (Path path :
          all.filter(p -> !p.startsWith(folder.resolve("scratch"))).sorted().toList()) {
        found.add(path + " " + (Files.isRegularFile(path) ? Files.size(path) : -1));
      }
      return found;
    }
  }

  /** Ten gigabytes of zeros in ten megabytes, as one file of the archive. */
  @ParameterizedTest
  @ValueSource(strings = {"gz", "zst", "xz"})
  void aBombIsStoppedBeforeItFillsTheDisk(String packing) throws Exception {
    byte[] head = Arrays.copyOf(new TarMaker().file("local_content/ab/cd/zeros", "").end(), 512);
    byte[] size = "77777777777".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(size, 0, head, 124, size.length);
    byte[] member = pack(packing, new byte[100 << 20]);
    Path file = folder.resolve("bomb");
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(pack(packing, TarMaker.signed(head)));
      for (int i = 0; i < 100; i++) {
        out.write(member);
      }
    }
    assertThatThrownBy(() -> open(file)).hasMessageContaining("200 times its size");
    assertThat(scratchFiles()).isEmpty();
  }

  @Test
  void aTarCutAnywhereIsCalledSo() throws Exception {
    byte[] tar =
        new TarMaker()
            .file("local_content/ab/cd/one", "x".repeat(3000))
            .file("local_content/ab/cd/two", "y".repeat(3000))
            .end();
    for (int length : new int[] {600, 3584, 3585, 4000, tar.length - 1024, tar.length - 1500}) {
      Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(tar, length));
      assertThatThrownBy(() -> open(cut)).as("at %s", length).hasMessageContaining("cut off");
      Path packed = Files.write(folder.resolve("gz"), pack("gz", Arrays.copyOf(tar, length)));
      assertThatThrownBy(() -> open(packed)).as("at %s", length).hasMessageContaining("cut off");
    }
    assertThat(scratchFiles()).isEmpty();
  }

  @Test
  void aTarThatLiesAboutLengthsIsRefused() throws Exception {
    byte[] tar = new TarMaker().entry("x", 'L', "", new byte[1 << 17]).end();
    Path file = Files.write(folder.resolve("long"), tar);
    assertThatThrownBy(() -> open(file)).isInstanceOf(SourceException.class);
  }

  @Test
  void whatIsNoStoreIsCalledSo() throws Exception {
    Path text = Files.writeString(folder.resolve("text"), "hello".repeat(200));
    assertThatThrownBy(() -> open(text)).hasMessageContaining("neither a folder nor a tar");
    Path other = Files.write(folder.resolve("other"), new TarMaker().file("a/b", "x").end());
    assertThatThrownBy(() -> open(other)).hasMessageContaining("holds no media store");
    assertThatThrownBy(() -> open(folder.resolve("missing"))).hasMessageContaining("not exist");
    assertThatThrownBy(() -> open(Files.createDirectory(folder.resolve("empty"))))
        .hasMessageContaining("no local_content");
  }

  @Test
  void readsAFolderAlsoFromAbove() throws Exception {
    Path file = folder.resolve("data/media_store/local_content/ab/cd/one");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "first");
    for (String given : List.of("data/media_store", "data", ".")) {
      try (MediaStore store = open(folder.resolve(given))) {
        assertThat(text(store, "local_content/ab/cd/one")).isEqualTo("first");
        assertThat(store.find("local_content/ab/cd/two")).isEmpty();
        assertThat(store.find("local_content/ab")).isEmpty();
      }
    }
  }

  @Test
  void aFolderIsNotLeftThroughLinksOrDots() throws Exception {
    Path store = Files.createDirectories(folder.resolve("store/local_content/ab/cd"));
    Path outside = Files.createDirectories(folder.resolve("outside"));
    Files.writeString(outside.resolve("secret"), "secret");
    Files.writeString(store.resolve("inside"), "inside");
    Files.createSymbolicLink(store.resolve("file"), outside.resolve("secret"));
    Files.createSymbolicLink(store.resolve("folder"), outside);
    Files.createSymbolicLink(store.resolve("here"), store.resolve("inside"));
    Files.createSymbolicLink(store.resolve("nowhere"), folder.resolve("missing"));
    try (MediaStore media = open(folder.resolve("store"))) {
      String at = "local_content/ab/cd/";
      assertThat(text(media, at + "here")).isEqualTo("inside");
      for (String path :
          List.of(
              at + "file",
              at + "folder/secret",
              at + "nowhere",
              "../outside/secret",
              outside.resolve("secret").toString(),
              at + "../../../../outside/secret",
              "",
              at)) {
        assertThat(media.find(path)).as(path).isEmpty();
      }
      assertThat(media.problems()).hasSize(7);
    }
  }

  @Test
  void manyThreadsReadAtOnce() throws Exception {
    TarMaker tar = new TarMaker();
    for (int i = 0; i < 50; i++) {
      tar.file("local_content/ab/cd/f" + i, ("content " + i + " ").repeat(1000));
    }
    Path file = Files.write(folder.resolve("store"), pack("zst", tar.end()));
    try (MediaStore store = open(file);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> read = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        String path = "local_content/ab/cd/f" + i % 50;
        read.add(threads.submit(() -> text(store, path)));
      }
      for (int i = 0; i < 200; i++) {
        assertThat(read.get(i).get()).isEqualTo(("content " + i % 50 + " ").repeat(1000));
      }
    }
  }

  @Test
  void remembersAMillionFilesInLittleMemory() {
    OffsetTable table = new OffsetTable();
    for (int i = 0; i < 200_000; i++) {
      table.put("local_content/ab/cd/" + i, 512L * i, i);
    }
    table.put("local_content/ab/cd/7", 1, 2);
    assertThat(table.size()).isEqualTo(200_000);
    assertThat(table.find("local_content/ab/cd/7")).containsExactly(1, 2);
    assertThat(table.find("local_content/ab/cd/199999")).containsExactly(512L * 199999, 199999);
    assertThat(table.find("local_content/ab/cd/200000")).isEmpty();
  }

  private MediaStore open(Path path) {
    return MediaStores.open(path, folder.resolve("scratch"));
  }

  private List<Path> scratchFiles() throws IOException {
    Path scratch = Files.createDirectories(folder.resolve("scratch"));
    try (Stream<Path> files = Files.list(scratch)) {
      return files.toList();
    }
  }

  private static byte[] pack(String packing, byte[] tar) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (OutputStream out =
        switch (packing) {
          case "gz" -> new GZIPOutputStream(all);
          case "zst" -> new ZstdOutputStream(all);
          case "xz" -> new XZOutputStream(all, new LZMA2Options(1));
          default -> all;
        }) {
      out.write(tar);
    }
    return all.toByteArray();
  }

  private static String text(MediaStore store, String path) throws IOException {
    try (InputStream in = store.find(path).orElseThrow().open()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String hash(MediaStore store, String path) throws Exception {
    try (InputStream in = store.find(path).orElseThrow().open()) {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(in.readAllBytes()));
    }
  }
}
