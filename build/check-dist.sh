#!/bin/bash
# Builds what users download (dist/target), and uses it as they do: quiver.jar in an empty folder
# with nothing but Java 25, a server and the JDBC driver on Java 17, the archive's launcher, and the
# container's Java runtime. Non-zero as soon as something is not as it must be.
# Needs JAVA_HOME, a JDK 25. QUIVER_JAVA17_HOME may name a Java 17.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
: "${JAVA_HOME:?must be a JDK 25}"

work=$(mktemp -d)
server=
cleanup() {
  [[ -z $server ]] || kill -9 "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
trap 'echo "check-dist: line $LINENO failed" >&2' ERR

fail() {
  echo "check-dist: $*" >&2
  exit 1
}

# what wanted found; lines of CSV end in CR LF
same() {
  local found=${3//$'\r'/}
  [[ $2 == "$found" ]] || fail "$1: wanted '$2', found '$found'"
}

step() { echo "-- $* (${SECONDS} s)"; }

# A user's environment: no locale, no variables of ours, and no program but those in the PATH.
bare() {
  local path=$1
  shift
  env -i PATH="$path" HOME="$work/home" "$@"
}

# Starts a server on free ports as process $server; $url is where it listens.
serve() {
  "$@" --port 0 --flight-port 0 >"$work/server.out" 2>"$work/server.err" &
  server=$!
  for _ in $(seq 300); do
    url=$(sed -n 's/^JDBC *//p' "$work/server.out")
    [[ -z $url ]] || return 0
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  cat "$work/server.out" "$work/server.err" >&2
  fail "the server did not start: $*"
}

# SIGTERM to the very process that was started: it is the server, whoever launched it.
stop() {
  kill -TERM "$server"
  local code=0
  wait "$server" || code=$?
  server=
  same "exit code after SIGTERM" 143 "$code"
}

step build
./mvnw -B --no-transfer-progress -Pdist package -Dmaven.test.skip -pl dist -am \
  -Dcheckstyle.skip -Dspotless.check.skip >"$work/build.log" || fail "$(cat "$work/build.log")"
if grep -E 'define [0-9]+ overlapping class' "$work/build.log"; then
  fail "two libraries have the same class, and a jar can keep but one of them"
fi
version=$(sed -n 's/.*<version>\(.*\)<\/version>.*/\1/p' pom.xml | head -n 1)
mkdir "$work/home" "$work/empty"
for file in quiver.jar "quiver-$version.tar.gz" "quiver-jdbc-driver-$version.jar" "quiver-jdbc-driver-$version-all.jar"; do
  [[ -f dist/target/$file ]] || fail "no dist/target/$file"
done
cp dist/target/quiver.jar "$work/empty"
cd "$work/empty"
java=("$JAVA_HOME/bin" java -jar quiver.jar)

step quiver.jar
names=$("$JAVA_HOME/bin/jar" tf quiver.jar)
for name in META-INF/LICENSE META-INF/NOTICE META-INF/THIRD-PARTY.txt; do
  grep -qx "$name" <<<"$names" || fail "quiver.jar has no $name"
done
if grep -E '^META-INF/[^/]*\.(SF|RSA|DSA)$' <<<"$names"; then
  fail "quiver.jar has signatures of other jars"
fi
said=$(bare "${java[@]}" version 2>"$work/err") || fail "$(cat "$work/err")"
same version "quiver $version" "$(head -n 1 <<<"$said")"
grep -q '^SIMD' <<<"$said" || fail "no SIMD: $said"
start=$SECONDS
same "SELECT 1" $'?column?\n1' "$(bare "${java[@]}" console --csv -c 'SELECT 1' 2>"$work/err")"
((SECONDS - start < 20)) || fail "the first query took $((SECONDS - start)) s"
# The JVM speaks of its incubating module, and nobody else speaks.
if grep -v 'Using incubator modules: jdk.incubator.vector' "$work/err"; then
  fail "said on standard error"
fi
same "letters in arguments" $'x,n\n中文,4' \
  "$(bare "${java[@]}" console --csv -c "SELECT '中文' AS x, char_length('한국어😀') AS n" 2>/dev/null)"
same "standard input" $'n\n2' "$(bare "${java[@]}" console --csv <<<'SELECT 1 + 1 AS n' 2>/dev/null)"
code=0
bare "${java[@]}" console -c 'SELECT * FROM nowhere' >/dev/null 2>&1 || code=$?
same "exit code of a mistake" 1 "$code"
code=0
bare "${java[@]}" server --host 0.0.0.0 >/dev/null 2>"$work/err" || code=$?
same "exit code of an open server" 1 "$code"
grep -q -- --insecure "$work/err" || fail "an open server must be refused: $(cat "$work/err")"

step demo
bare "${java[@]}" demo --data "$work/demo" </dev/null >"$work/demo.out" 2>&1 &
server=$!
for _ in $(seq 900); do
  grep -q '^embedding' "$work/demo.out" && break
  kill -0 "$server" 2>/dev/null || break
  sleep 0.1
done
grep -q '^embedding' "$work/demo.out" || fail "the demo embeds nothing: $(cat "$work/demo.out")"
grep -E '^Read [0-9]{4,} documented classes and methods of 8 libraries' "$work/demo.out"
stop

step server and driver
serve env -i PATH="$JAVA_HOME/bin" java -jar quiver.jar server --data "$work/data"
driver=$root/dist/target/quiver-jdbc-driver-$version-all.jar
java17=
for candidate in "${QUIVER_JAVA17_HOME:-}" /usr/lib/jvm/*; do
  if [[ -x $candidate/bin/java ]] && grep -q '^JAVA_VERSION="17' "$candidate/release" 2>/dev/null; then
    java17=$candidate
    break
  fi
done
[[ -n $java17 ]] || echo "no Java 17 here: the driver runs on 25, and its class files are looked at"
"$JAVA_HOME/bin/javac" --release 17 -Xlint:-options -d "$work/check" "$root/dist/src/check/DriverCheck.java"
"${java17:-$JAVA_HOME}/bin/java" -cp "$driver:$work/check" DriverCheck "$driver" "$url" |
  tee "$work/driver.out"
grep -q 'with 1 driver$' "$work/driver.out" || fail "other drivers register themselves"
same "remote query" $'count\n3' \
  "$(bare "${java[@]}" console "$url" --csv -c 'SELECT count(*) AS "count" FROM items' 2>/dev/null)"
stop

step archive
mkdir "$work/a folder"
tar -xzf "$root/dist/target/quiver-$version.tar.gz" -C "$work/a folder"
home="$work/a folder/quiver-$version"
[[ -s $home/LICENSE && -s $home/NOTICE && -s $home/README.md && -s $home/licences/THIRD-PARTY.txt ]] ||
  fail "the archive lacks its papers"
ln -s "$home/bin/quiver" "$work/quiver"
path=$JAVA_HOME/bin:/usr/bin:/bin
same "the launcher's version" "quiver $version" "$(bare "$path" "$work/quiver" version 2>/dev/null | head -n 1)"
same "the launcher's letters" $'x\n中文' \
  "$(bare "$path" "$work/quiver" console --csv -c "SELECT '中文' AS x" 2>/dev/null)"

step runtime of the container
"$root/deploy/make-runtime" "$work/runtime"
bare /usr/bin:/bin QUIVER_JAVA_HOME="$work/runtime" "$work/quiver" version >"$work/version.out" 2>"$work/err" ||
  fail "$(cat "$work/err")"
grep -q '^SIMD' "$work/version.out" || fail "no SIMD: $(cat "$work/version.out")"
# Its rows are those that the other server acknowledged.
serve env -i PATH=/usr/bin:/bin QUIVER_JAVA_HOME="$work/runtime" "$work/quiver" server \
  --host 0.0.0.0 --insecure --data "$work/data"
same "rows after a restart" $'name\n한국어 1' \
  "$(bare /usr/bin:/bin QUIVER_JAVA_HOME="$work/runtime" "$work/quiver" console "$url" --csv \
    -c "SELECT name FROM items ORDER BY v <-> '[0,1,0]' LIMIT 1" 2>/dev/null)"
port=${url##*:}
bash -c "exec 3<>/dev/tcp/127.0.0.1/${port%/} && printf 'GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3 && head -n 1 <&3 | grep -q ' 200 '" ||
  fail "the container's health check finds no health"
stop
step "all of it works"
