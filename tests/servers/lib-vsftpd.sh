# vsftpd (Debian): NAME is vsftpd, vsftpd-tls or vsftpd-implicit, FTP_TLS none, explicit or implicit.
# Its users are the system's. To add none, all logins become "daemon", and a PAM module for tests (of libpam-wrapper) looks
# for the password in a file of ours.
PACKAGE=vsftpd
. "$(dirname "$0")/lib.sh"

DIR=$ROOT/debian/$PACKAGE
VSFTPD=$DIR/usr/sbin/vsftpd
# PAM's directory is everybody's: another run may have its own server of this name.
SERVICE=blobctl-test-$NAME-$(cksum <<<"$RUN" | cut -d' ' -f1)
FTP_OWNER=daemon # "nobody" has no home directory, which vsftpd wants

installed() { [ -x "$VSFTPD" ]; }
missing() { need_root; need apt-get openssl; }
install() { debian_unpack vsftpd libpam-wrapper; }
version() { "$VSFTPD" -v 0>&1 2>&1 | sed -n 's/.*version /vsftpd /p'; }

start() {
  make_ftp_home
  mkdir -p "$RUN/empty"
  login_by_file
  settings >"$RUN/vsftpd.conf"
  background "$VSFTPD" "$RUN/vsftpd.conf"
}

login_by_file() {
  local module
  module="$(find "$DIR/usr/lib" -name pam_matrix.so) passdb=$RUN/passwords"
  (umask 077 && echo "$FTP_USER:$FTP_PASSWORD:$SERVICE" >"$RUN/passwords")
  cat >"/etc/pam.d/$SERVICE" <<C
auth    required $module
account required $module
session required pam_permit.so
C
}

stopped() { rm -f "/etc/pam.d/$SERVICE"; }

settings() {
  cat <<C
listen=YES
listen_ipv6=NO
listen_address=127.0.0.1
listen_port=$PORT
background=NO
anonymous_enable=NO
local_enable=YES
guest_enable=YES
guest_username=$FTP_OWNER
virtual_use_local_privs=YES
write_enable=YES
local_umask=022
chroot_local_user=YES
allow_writeable_chroot=YES
local_root=$DATA
secure_chroot_dir=$RUN/empty
pam_service_name=$SERVICE
seccomp_sandbox=NO
xferlog_enable=YES
vsftpd_log_file=$LOG
log_ftp_protocol=YES
pasv_address=127.0.0.1
pasv_min_port=$((PORT + 1))
pasv_max_port=$((PORT + 99))
max_per_ip=0
max_clients=0
C
  [ "$FTP_TLS" != none ] || return 0
  make_certificates
  # The data connection has to resume the control connection's session: that is the default of vsftpd.
  cat <<C
ssl_enable=YES
rsa_cert_file=$TLS/server.crt
rsa_private_key_file=$TLS/server.key
force_local_logins_ssl=YES
force_local_data_ssl=YES
ssl_ciphers=HIGH
require_ssl_reuse=YES
C
  [ "$FTP_TLS" != implicit ] || echo implicit_ssl=YES
}

ready() { listening "$PORT"; }
environment() { ftp_environment "$FTP_TLS"; }

main "$@"
