# Sourced by the scripts of this directory, each of which is one server. Not a program of its own.
#
#   NAME install    install the program, unless it is there (apt-get, pip or cargo)
#   NAME installed  whether it is there, by the exit code
#   NAME up         start it on loopback; on the port of last time, if there was one, with the data of last time
#   NAME down       stop it and keep its data
#   NAME env        print the variables that the interop suite and blobctl need, for eval
#   NAME version    print the program's version
#   NAME log        print the path of its log
#   NAME clean      stop it and delete its data, log and port
#
# A script sets NAME and defines: installed, install, version, start (calls `background`), ready, environment; and, where
# it needs them, missing (prints what this machine lacks to run it), after (once it answers), stopped (once it is down).
# Everything is below $BLOBCTL_SERVERS: bin/, python/ and debian/ hold programs, run/NAME the data of a server. The data may
# be elsewhere, as in memory: $BLOBCTL_SERVERS_DATA/NAME.
set -euo pipefail

ROOT=${BLOBCTL_SERVERS:-${TMPDIR:-/tmp}/blobctl-servers}
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
RUN=${BLOBCTL_SERVERS_DATA:-$ROOT/run}/$NAME
LOG=$RUN/log
DATA=$RUN/data
PATH=$ROOT/bin:$PATH:/usr/sbin
EXIT_MISSING=3 # this machine lacks something that the server needs: not a failure, but said loudly

say() { printf '%s: %s\n' "$NAME" "$*" >&2; }
die() { say "$@"; exit 1; }

missing() { :; }
after() { :; }
stopped() { :; }

# --- installing ---

need() { # need PROGRAM...: prints the first that is not there
  local program
  for program; do command -v "$program" >/dev/null || { echo "$program is not installed"; return; }; done
}

need_root() { [ "$(id -u)" = 0 ] || echo "it has to be started as root"; }

# A Python package in an environment of its own: the dependencies of one server are not those of another.
pip_install() { # pip_install REQUIREMENT...
  [ -x "$ROOT/python/$PACKAGE/bin/pip" ] || python3 -m venv "$ROOT/python/$PACKAGE"
  "$ROOT/python/$PACKAGE/bin/pip" install --quiet --disable-pip-version-check "$@"
}

cargo_install() { # cargo_install CRATE ARGUMENT...
  cargo install --quiet --locked --root "$ROOT" --target-dir "$ROOT/build/$1" "$@"
  rm -rf "$ROOT/build/$1"
}

# Debian packages, unpacked beside the system: the FTP servers of Debian exclude each other, and an installed one would be
# started at boot. Only the libraries that they need are installed.
debian_unpack() { # debian_unpack PACKAGE...
  local dir=$ROOT/debian/$PACKAGE.new needs
  rm -rf "$dir"
  mkdir -p "$dir/packages"
  quietly apt-get update
  (cd "$dir/packages" && quietly apt-get download "$@")
  needs=$(for file in "$dir"/packages/*.deb; do dpkg-deb --field "$file" Depends; done | tr ',' '\n' |
    sed 's/|.*//; s/(.*//; s/:any//; s/[[:space:]]//g' | grep -E '^lib' | sort -u)
  # shellcheck disable=SC2086 # a list of words
  DEBIAN_FRONTEND=noninteractive quietly apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends $needs
  for file in "$dir"/packages/*.deb; do dpkg-deb --extract "$file" "$dir"; done
  rm -rf "$dir/packages" "$ROOT/debian/$PACKAGE"
  mv "$dir" "$ROOT/debian/$PACKAGE"
}

quietly() { # quietly COMMAND...: its output only if it fails
  local output
  output=$("$@" 2>&1) || { printf '%s\n' "$output" >&2; return 1; }
}

# --- running ---

# Everything that a server listens on lies between $PORT and $PORT + 99, below the ports that the kernel hands out.
choose_port() {
  local try
  [ -s "$RUN/port" ] && { PORT=$(cat "$RUN/port"); return; }
  for try in $(seq 50); do
    PORT=${SERVER_PORT:-$((20000 + 100 * (RANDOM % 120)))}
    listening "$PORT" || { echo "$PORT" >"$RUN/port"; return; }
  done
  die "no free port after $try attempts"
}

listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

background() { # background COMMAND...: in a process group of its own
  setsid "$@" >>"$LOG" 2>&1 </dev/null 9>&- & # 9 is the lock of tests/servers/run
  echo $! >"$RUN/pid"
}

alive() {
  [ -s "$RUN/pid" ] && kill -0 "$(cat "$RUN/pid")" 2>/dev/null && ! grep -q '^State:.Z' "/proc/$(cat "$RUN/pid")/status"
}

up() {
  local try
  mkdir -p "$DATA"
  choose_port
  ! alive || { say "runs already"; return; }
  start
  for try in $(seq 300); do
    if ready; then
      after
      say "$(version), on 127.0.0.1:$PORT"
      return
    fi
    alive || { tail -5 "$LOG" >&2; die "died at start; its log is $LOG"; }
    sleep 0.2
  done
  die "no answer after $((try / 5)) s; its log is $LOG"
}

down() {
  local try group
  if alive; then
    group=$(cat "$RUN/pid")
    kill -TERM -- "-$group" 2>/dev/null || true
    for try in $(seq 50); do alive || break; sleep 0.1; done
    # Sessions that outlive the server, and a server that does not listen to TERM after 5 s.
    kill -KILL -- "-$group" 2>/dev/null && [ "$try" = 50 ] && say "had to be killed"
  fi
  rm -f "$RUN/pid"
  stopped
}

# --- the certificates of the FTPS servers: a CA of our own, and a certificate for localhost and 127.0.0.1 ---

TLS=$ROOT/tls
make_certificates() {
  [ -s "$TLS/both.pem" ] && return
  mkdir -p "$TLS"
  (
    cd "$TLS"
    quietly openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj "/CN=blobctl test CA" -keyout ca.key -out ca.crt \
      -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
    quietly openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr
    quietly openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 365 -out server.crt -extfile <(
      printf '%s\n' basicConstraints=CA:FALSE keyUsage=digitalSignature,keyEncipherment extendedKeyUsage=serverAuth \
        subjectAltName=DNS:localhost,IP:127.0.0.1
    )
    chmod 600 ca.key server.key
    (umask 077 && cat server.key server.crt >both.pem)
  )
}

# --- the environment of the suite ---

variable() { printf 'export %s=%q\n' "$1" "$2"; }

s3_environment() { # s3_environment REGION KEY SECRET [DIRECTORY OF PLAIN FILES]
  variable BLOBCTL_BACKEND s3
  variable BLOBCTL_S3_ENDPOINT_URL "http://127.0.0.1:$PORT"
  variable BLOBCTL_S3_BUCKET lab
  variable BLOBCTL_S3_REGION "$1"
  variable BLOBCTL_S3_ACCESS_KEY_ID "$2"
  variable BLOBCTL_S3_SECRET_ACCESS_KEY "$3"
  variable INTEROP_FILES "${4:-}"
}

FTP_USER=blob
FTP_PASSWORD=blob-secret

ftp_environment() { # ftp_environment none|explicit|implicit
  variable BLOBCTL_BACKEND ftp
  variable BLOBCTL_FTP_HOST 127.0.0.1
  variable BLOBCTL_FTP_PORT "$PORT"
  variable BLOBCTL_FTP_USERNAME "$FTP_USER"
  variable BLOBCTL_FTP_PASSWORD "$FTP_PASSWORD"
  variable BLOBCTL_FTP_BASE_DIR /data
  variable BLOBCTL_FTP_TLS "$1"
  [ "$1" = none ] || variable BLOBCTL_FTP_CA_BUNDLE "$TLS/ca.crt"
  variable INTEROP_FILES "$DATA/data"
}

# The directory that an FTP user is locked into, with the base_dir "data" in it.
make_ftp_home() {
  mkdir -p "$DATA/data"
  chmod 755 "$ROOT" "$(dirname "$RUN")" "$RUN" "$DATA"
  [ "$(id -u)" != 0 ] || chown -R "${FTP_OWNER:-nobody}:" "$DATA"
}

main() {
  local lack
  case ${1:-} in
    install)
      installed && return
      lack=$(missing)
      [ -z "$lack" ] || { say "$lack"; exit "$EXIT_MISSING"; }
      say "installing"
      mkdir -p "$ROOT/bin"
      install
      installed || die "is not there after its installation"
      ;;
    up)
      lack=$(missing)
      [ -z "$lack" ] || { say "$lack"; exit "$EXIT_MISSING"; }
      installed || die "is not installed: $0 install"
      up
      ;;
    installed) installed ;;
    down) down ;;
    clean) down && rm -rf "$RUN" ;;
    env)
      [ -s "$RUN/port" ] || die "has never been up"
      PORT=$(cat "$RUN/port")
      variable INTEROP_SERVER "$NAME"
      variable INTEROP_SCRIPT "$HERE/$NAME"
      environment
      ;;
    version) version ;;
    log) echo "$LOG" ;;
    *) echo "usage: $0 install|installed|up|down|env|version|log|clean" >&2; exit 2 ;;
  esac
}
