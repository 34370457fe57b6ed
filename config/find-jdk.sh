# Finds a Java 21 or newer for `ferry` and `mvnw`, which source this file; plain POSIX shell.
#
#   find_java jdk   sets and exports JAVA_HOME to one that can compile
#   find_java jre   is content with one that can only run programs
#
# Looked at in this order: JAVA_HOME, the java on PATH, then wherever systems and tools put theirs.
# Returns 1, after one sentence with the remedy, where none is new enough.

ferry_java_oldest=21

# The major version of the Java under a folder, or nothing; read from its `release` file, because
# starting each candidate would cost more than the command that waits for it.
ferry_java_major() {
  [ -x "$1/bin/java" ] || return 0
  ferry_java_version=""
  if [ -r "$1/release" ]; then
    ferry_java_version=$(sed -n 's/^JAVA_VERSION="\{0,1\}\([0-9][0-9]*\).*/\1/p' "$1/release")
  fi
  if [ -z "$ferry_java_version" ]; then
    ferry_java_version=$("$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([0-9][0-9]*\).*/\1/p')
  fi
  printf '%s' "$ferry_java_version"
}

# Whether the Java under folder $1 is new enough for purpose $2.
ferry_java_fits() {
  [ -n "$1" ] || return 1
  ferry_java_found=$(ferry_java_major "$1")
  [ -n "$ferry_java_found" ] && [ "$ferry_java_found" -ge "$ferry_java_oldest" ] || return 1
  [ "$2" = jre ] || [ -x "$1/bin/javac" ]
}

# The home of the java on PATH, behind all links.
ferry_java_on_path() {
  ferry_java_link=$(command -v java 2>/dev/null) || return 0
  while [ -h "$ferry_java_link" ]; do
    ferry_java_next=$(readlink "$ferry_java_link")
    case "$ferry_java_next" in
      /*) ferry_java_link=$ferry_java_next ;;
      *) ferry_java_link=$(dirname "$ferry_java_link")/$ferry_java_next ;;
    esac
  done
  (cd "$(dirname "$ferry_java_link")/.." 2>/dev/null && pwd -P) || true
}

# Every other folder that may hold one, one a line.
ferry_java_elsewhere() {
  if [ -x /usr/libexec/java_home ]; then
    /usr/libexec/java_home -v "$ferry_java_oldest+" 2>/dev/null || true
  fi
  (
    set +f
    for ferry_java_dir in /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* \
      "${HOME:-/nowhere}"/.sdkman/candidates/java/* "${HOME:-/nowhere}"/.jdks/* \
      /Library/Java/JavaVirtualMachines/*/Contents/Home \
      /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
      if [ -d "$ferry_java_dir" ]; then printf '%s\n' "$ferry_java_dir"; fi
    done
  )
}

find_java() {
  ferry_java_purpose=$1
  for ferry_java_home in "${JAVA_HOME:-}" "$(ferry_java_on_path)"; do
    if ferry_java_fits "$ferry_java_home" "$ferry_java_purpose"; then
      JAVA_HOME=$ferry_java_home
      export JAVA_HOME
      return 0
    fi
  done
  while IFS= read -r ferry_java_home; do
    if ferry_java_fits "$ferry_java_home" "$ferry_java_purpose"; then
      JAVA_HOME=$ferry_java_home
      export JAVA_HOME
      return 0
    fi
  done <<END
$(ferry_java_elsewhere)
END
  echo "No Java $ferry_java_oldest or newer was found: install a JDK (Debian, Ubuntu: apt install openjdk-21-jdk-headless; others: https://adoptium.net), or set JAVA_HOME to one." >&2
  return 1
}
