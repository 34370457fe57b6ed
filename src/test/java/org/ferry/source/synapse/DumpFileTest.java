package org.ferry.source.synapse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;
import org.ferry.source.ProblemLog;
import org.ferry.source.SourceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

class DumpFileTest {
  private static final byte[] DUMP = DumpText.bytes(DumpText.whole(""));

  enum Packing {
    GZIP {
      @Override
      OutputStream open(OutputStream out) throws IOException {
        return new GZIPOutputStream(out);
      }
    },
    ZSTD {
      @Override
      OutputStream open(OutputStream out) throws IOException {
        return new ZstdOutputStream(out);
      }
    },
    XZ {
      @Override
      OutputStream open(OutputStream out) throws IOException {
        return new XZOutputStream(out, new LZMA2Options(1));
      }
    };

    abstract OutputStream open(OutputStream out) throws IOException;

    byte[] pack(byte[] plain) throws IOException {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      try (OutputStream out = open(all)) {
        out.write(plain);
      }
      return all.toByteArray();
    }
  }

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Packing.class)
  void readsEveryPackingAlsoInSeveralMembers(Packing packing) throws IOException {
    assertThat(text(packing.pack(DUMP))).isEqualTo(DUMP);
    byte[] half = Arrays.copyOf(DUMP, DUMP.length / 2);
    byte[] rest = Arrays.copyOfRange(DUMP, DUMP.length / 2, DUMP.length);
    assertThat(text(join(packing.pack(half), packing.pack(rest)))).isEqualTo(DUMP);
  }

  @ParameterizedTest
  @EnumSource(Packing.class)
  void aCutOrDamagedFileIsCalledSo(Packing packing) throws IOException {
    byte[] packed = packing.pack(DUMP);
    for (int cut = 8; cut < packed.length - 1; cut += 97) {
      byte[] part = Arrays.copyOf(packed, cut);
      assertThatThrownBy(() -> load(part)).as("cut at %s", cut).isInstanceOf(SourceException.class);
    }
    byte[] damaged = packed.clone();
    damaged[packed.length / 2] ^= 0x55;
    damaged[packed.length / 2 + 1] ^= 0x55;
    assertThatThrownBy(() -> load(damaged)).isInstanceOf(SourceException.class);
  }

  @Test
  void aCutGzipNamesTheRemedy() throws IOException {
    byte[] packed = Packing.GZIP.pack(DUMP);
    assertThatThrownBy(() -> load(Arrays.copyOf(packed, packed.length - 20)))
        .hasMessageContaining("cut off")
        .hasMessageContaining("Take the dump again");
  }

  @ParameterizedTest
  @EnumSource(Packing.class)
  void aBombIsStopped(Packing packing) throws IOException {
    byte[] zeros = DumpText.bytes(DumpText.HEAD + "COPY public.users (name) FROM stdin;\n");
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (OutputStream out = packing.open(all)) {
      out.write(zeros);
      byte[] block = new byte[1 << 20];
      for (int i = 0; i < 200; i++) {
        out.write(block);
      }
    }
    assertThatThrownBy(() -> load(all.toByteArray())).hasMessageContaining("200 times its size");
  }

  @Test
  void aDumpThatPacksWellIsNoBomb() throws IOException {
    String row = "@a:old\t" + "abcdefghij".repeat(100) + "\n";
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (OutputStream out = Packing.GZIP.open(all)) {
      out.write(
          DumpText.bytes(
              DumpText.HEAD + "COPY public.profiles (user_id, displayname) FROM stdin;\n"));
      byte[] rows = DumpText.bytes(row.repeat(1000) + noise());
      for (int i = 0; i < 100; i++) {
        out.write(rows);
      }
      out.write(DumpText.bytes("\\.\n" + DumpText.whole("")));
    }
    byte[] packed = all.toByteArray();
    assertThat(100L * 1_000_000 / packed.length).isBetween(60L, 190L);
    load(packed);
  }

  /** Enough that does not pack to bring a thousandfold down to a hundredfold. */
  private static String noise() {
    byte[] random = new byte[4000];
    new java.util.Random(1).nextBytes(random);
    return "@b:old\t" + HexFormat.of().formatHex(random) + "\n";
  }

  @Test
  void aHugeZstdWindowIsRefusedBeforeItIsAllocated() {
    byte[] frame = HexFormat.of().parseHex("28b52ffd00a8010000");
    assertThatThrownBy(() -> load(frame))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("window larger than 128 MiB");
  }

  /**
   * Ten gigabytes of zeros in ten megabytes, in many members; nothing larger than a block is held.
   */
  @ParameterizedTest
  @EnumSource(Packing.class)
  void tenGigabytesOfZerosEndAtOnce(Packing packing) throws IOException {
    byte[] member = packing.pack(new byte[100 << 20]);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(packing.pack(DumpText.bytes(DumpText.HEAD)));
    for (int i = 0; i < 100; i++) {
      all.writeBytes(member);
    }
    long begun = System.nanoTime();
    assertThatThrownBy(() -> load(all.toByteArray())).hasMessageContaining("200 times its size");
    assertThat(System.nanoTime() - begun).isLessThan(10_000_000_000L);
  }

  @Test
  void fiveWrappingsAreNotUnwrapped() throws IOException {
    byte[] nested = DUMP;
    for (int i = 0; i < 5; i++) {
      nested = Packing.ZSTD.pack(Packing.GZIP.pack(nested));
    }
    byte[] file = nested;
    assertThatThrownBy(() -> load(file)).hasMessageContaining("compressed twice");
  }

  @Test
  void packedTwiceIsRefused() throws IOException {
    byte[] twice = Packing.GZIP.pack(Packing.XZ.pack(DUMP));
    assertThatThrownBy(() -> load(twice)).hasMessageContaining("compressed twice");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'' is empty",
        "PK\u0003\u0004 zip archive",
        "BZh91AY compressed in a way",
        "\u00ff\u00fe-\u0000-\u0000 UTF-16",
        "\u007fELF\u0002\u0001 neither text nor a compression",
      })
  void saysWhatAFileIsInstead(String fileAndMessage) {
    int space = fileAndMessage.indexOf(' ');
    String file = fileAndMessage.substring(0, space).replace("''", "");
    assertThatThrownBy(() -> load(file.getBytes(StandardCharsets.ISO_8859_1)))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining(fileAndMessage.substring(space + 1));
  }

  @ParameterizedTest
  @CsvSource({
    "toc.dat,tar format",
    "dump/toc.dat,directory format",
    "x/2.dat.gz,directory format",
    "srv/media_store/,--media",
    "local_content/ab/cd/x,--media",
    "notes.txt,is a tar archive",
  })
  void tellsPgDumpsTarsFromOthers(String name, String message) {
    byte[] tar = new byte[1024];
    System.arraycopy(DumpText.bytes(name), 0, tar, 0, name.length());
    System.arraycopy(DumpText.bytes("ustar"), 0, tar, 257, 5);
    assertThatThrownBy(() -> load(tar))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining(message);
  }

  @Test
  void tellsPgDumpsFolderFromOthersAndMissingFiles() throws IOException {
    assertThatThrownBy(() -> open(folder)).hasMessageContaining("is a folder without a toc.dat");
    Files.writeString(folder.resolve("homeserver.db"), "");
    assertThatThrownBy(() -> open(folder)).hasMessageContaining("Give Ferry the database in it");
    Files.writeString(folder.resolve("toc.dat"), "");
    assertThatThrownBy(() -> open(folder)).hasMessageContaining("none of pg_dump's");
    assertThatThrownBy(() -> open(folder.resolve("nothing")))
        .hasMessageContaining("does not exist");
  }

  @Test
  void readsStandardInputAndFingerprintsTheFileAsItLies() throws IOException {
    byte[] packed = Packing.GZIP.pack(DUMP);
    Path file = Files.write(folder.resolve("dump.gz"), packed);
    String first;
    try (DumpFile dump = open(file)) {
      var unused = dump.content().readAllBytes();
      first = dump.fingerprint();
    }
    try (DumpFile dump =
        DumpFile.open(
            "-", new ByteArrayInputStream(packed), LoadProgress.NONE, Surroundings.none())) {
      assertThat(dump.label()).isEqualTo("standard input");
      assertThat(dump.content().readAllBytes()).isEqualTo(DUMP);
      assertThat(dump.fingerprint()).isEqualTo(first).hasSize(64);
    }
  }

  private static DumpFile open(Path path) {
    return DumpFile.open(
        path.toString(), InputStream.nullInputStream(), LoadProgress.NONE, Surroundings.none());
  }

  private static byte[] text(byte[] file) throws IOException {
    try (DumpFile dump =
        DumpFile.wrap(
            "test", new ByteArrayInputStream(file), -1, LoadProgress.NONE, Surroundings.none())) {
      return dump.content().readAllBytes();
    }
  }

  private static void load(byte[] file) {
    try (DumpFile dump =
        DumpFile.wrap(
            "test", new ByteArrayInputStream(file), -1, LoadProgress.NONE, Surroundings.none())) {
      new DumpLoader(dump, new MemoryStaging(), new ProblemLog()).load();
    }
  }

  private static byte[] join(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
