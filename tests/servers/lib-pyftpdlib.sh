# pyftpdlib (PyPI): NAME is pyftpdlib, pyftpdlib-tls or pyftpdlib-implicit, FTP_TLS none, explicit or implicit.
PACKAGE=pyftpdlib
. "$(dirname "$0")/lib.sh"

PYTHON=$ROOT/python/$PACKAGE/bin/python

installed() { [ -e "$ROOT/python/$PACKAGE/installed" ]; }
missing() { need python3; [ "$FTP_TLS" = none ] || need openssl; }
install() { pip_install pyftpdlib==2.2.0 pyOpenSSL && touch "$ROOT/python/$PACKAGE/installed"; }
version() { "$PYTHON" -c 'import pyftpdlib; print("pyftpdlib", pyftpdlib.__ver__)'; }

start() {
  make_ftp_home
  [ "$FTP_TLS" = none ] || make_certificates
  background env FTP_USER="$FTP_USER" FTP_PASSWORD="$FTP_PASSWORD" "$PYTHON" "$HERE/pyftpd_server.py" "$PORT" "$DATA" "$FTP_TLS" "$TLS/both.pem"
}

ready() { listening "$PORT"; }
environment() { ftp_environment "$FTP_TLS"; }

main "$@"
