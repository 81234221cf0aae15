# ProFTPD (Debian): NAME is proftpd, proftpd-tls or proftpd-implicit, FTP_TLS none, explicit or implicit.
PACKAGE=proftpd
. "$(dirname "$0")/lib.sh"

DIR=$ROOT/debian/$PACKAGE
PROFTPD=$DIR/usr/sbin/proftpd

installed() { [ -x "$PROFTPD" ]; }
missing() { need_root; need apt-get openssl; }
install() { debian_unpack proftpd-core proftpd-mod-crypto; }
version() { "$PROFTPD" -v 2>&1 | sed 's/ Version / /'; }

start() {
  make_ftp_home
  printf '%s:%s:%s:%s::%s:/bin/sh\n' "$FTP_USER" "$(openssl passwd -6 "$FTP_PASSWORD")" "$(id -u nobody)" "$(id -g nobody)" \
    "$DATA" >"$RUN/passwd"
  chmod 600 "$RUN/passwd"
  settings >"$RUN/proftpd.conf"
  background "$PROFTPD" -n -c "$RUN/proftpd.conf"
}

settings() {
  cat <<C
ModulePath $DIR/usr/lib/proftpd
ModuleControlsACLs insmod,rmmod deny user *
ServerName "blobctl test"
ServerType standalone
DefaultAddress 127.0.0.1
SocketBindTight on
UseIPv6 off
Port $PORT
PassivePorts $((PORT + 1)) $((PORT + 99))
PidFile $RUN/proftpd.pid
ScoreboardFile $RUN/scoreboard
SystemLog $LOG
TransferLog none
DelayEngine off
UseReverseDNS off
WtmpLog off
User nobody
Group $(id -gn nobody)
AuthOrder mod_auth_file.c
AuthUserFile $RUN/passwd
RequireValidShell off
DefaultRoot ~
Umask 022
AllowOverwrite on
AllowStoreRestart on
TimesGMT on
LoadModule mod_digest.c
C
  [ "$FTP_TLS" != none ] || return 0
  make_certificates
  # Without TLSOptions the data connection has to resume the control connection's session.
  cat <<C
LoadModule mod_tls.c
TLSEngine on
TLSLog $LOG
TLSRSACertificateFile $TLS/server.crt
TLSRSACertificateKeyFile $TLS/server.key
TLSRequired on
TLSRenegotiate none
C
  [ "$FTP_TLS" != implicit ] || echo TLSOptions UseImplicitSSL
}

ready() { listening "$PORT"; }
environment() { ftp_environment "$FTP_TLS"; }

main "$@"
