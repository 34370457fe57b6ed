# What the scripts here share; plain POSIX shell, sourced from the project's folder.

# Builds the jar and the measuring classes where they are missing or older than a source.
build() {
  . config/find-jdk.sh
  find_java jdk || exit 1
  mkdir -p target
  stamp=target/bench.stamp
  if [ -f target/ferry.jar ] && [ -f "$stamp" ] \
    && [ -z "$(find src pom.xml -newer "$stamp" -type f -print 2>/dev/null | head -n 1)" ]; then
    return
  fi
  echo "# building; the first time this takes some minutes" >&2
  if ! ./mvnw -q -B -DskipTests -Dspotless.check.skip=true -Dcheckstyle.skip=true \
    -Djacoco.skip=true package >target/bench-build.log 2>&1; then
    cat target/bench-build.log >&2
    exit 1
  fi
  touch "$stamp"
}

# Runs a measuring class with its arguments.
measure() {
  # A fork of its own: what the tests in this folder started is not to be ended as left behind.
  "$JAVA_HOME/bin/java" -Xmx512m -Dferry.fork=bench --enable-native-access=ALL-UNNAMED \
    -cp target/test-classes:target/ferry.jar "$@"
}
