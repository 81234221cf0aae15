# Pure-FTPd (Debian): NAME is pureftpd or pureftpd-tls, FTP_TLS none or explicit. Debian's build has no implicit TLS.
PACKAGE=pureftpd
. "$(dirname "$0")/lib.sh"

DIR=$ROOT/debian/$PACKAGE
PUREFTPD=$DIR/usr/sbin/pure-ftpd

installed() { [ -x "$PUREFTPD" ]; }
missing() { need_root; need apt-get openssl; }
install() { debian_unpack pure-ftpd pure-ftpd-common; }
version() { "$PUREFTPD" --help 2>&1 | sed -n '1s/^pure-ftpd v\([0-9.]*\).*/Pure-FTPd \1/p'; }

start() {
  local tls=()
  make_ftp_home
  # A hash that takes no CPU at each login, unlike those of pure-pw.
  echo "$FTP_USER:$(openssl passwd -6 "$FTP_PASSWORD"):$(id -u nobody):$(id -g nobody)::$DATA/./::::::::::::" >"$RUN/passwd"
  "$DIR/usr/bin/pure-pw" mkdb "$RUN/passwd.pdb" -f "$RUN/passwd"
  if [ "$FTP_TLS" != none ]; then
    make_certificates
    tls=(--tls 3 --certfile "$TLS/both.pem") # 3: for the data too
  fi
  background "$PUREFTPD" --bind "127.0.0.1,$PORT" --ipv4only --login "puredb:$RUN/passwd.pdb" --noanonymous \
    --chrooteveryone --dontresolve --minuid 100 --maxclientsnumber 100 --maxclientsperip 100 \
    --passiveportrange "$((PORT + 1)):$((PORT + 99))" --forcepassiveip 127.0.0.1 --pidfile "$RUN/pureftpd.pid" "${tls[@]}"
}

ready() { listening "$PORT"; }
environment() { ftp_environment "$FTP_TLS"; }

main "$@"
