# Sourced by crosscheck: curl and lftp, without TLS and with it.
CLIENTS=(curl lftp)

get() { # get CLIENT KEY FILE
  case $1 in
    curl) ftp_curl --output "$3" "$(ftp_url "$2")" ;;
    lftp) ftp_lftp "get \"/${BLOBCTL_FTP_BASE_DIR#/}/$2\" -o \"$3\"" ;;
  esac
}

put() { # put CLIENT FILE KEY
  case $1 in
    curl) ftp_curl --ftp-create-dirs --upload-file "$2" "$(ftp_url "$3")" ;;
    lftp) ftp_lftp "mkdir -p -f \"/${BLOBCTL_FTP_BASE_DIR#/}/${3%/*}\"; put \"$2\" -o \"/${BLOBCTL_FTP_BASE_DIR#/}/$3\"" ;;
  esac
}

# The size that the client is told.
after_put() { # after_put CLIENT FILE KEY
  local size
  case $1 in
    curl) size=$(ftp_curl --head "$(ftp_url "$3")" | tr -d '\r' | sed -n 's/^Content-Length: //p') || size=unknown ;;
    lftp) size=$(ftp_lftp "cls -1 --size --block-size=1 \"/${BLOBCTL_FTP_BASE_DIR#/}/$3\"" | sed 's/^ *//; s/ .*//') || size=unknown ;;
  esac
  equal "$1" "tells the size of $2" "$(wc -c <"$2")" "$size"
}

more() { :; }

ftp_curl() {
  local tls=()
  [ "$BLOBCTL_FTP_TLS" = none ] || tls=(--ssl-reqd --cacert "$BLOBCTL_FTP_CA_BUNDLE" --tls-max 1.2)
  curl --silent --show-error --fail --user "$BLOBCTL_FTP_USERNAME:$BLOBCTL_FTP_PASSWORD" ${tls[@]+"${tls[@]}"} "$@"
}

ftp_url() {
  local scheme=ftp
  [ "$BLOBCTL_FTP_TLS" != implicit ] || scheme=ftps
  printf '%s://%s:%s/%%2F%s/%s' "$scheme" "$BLOBCTL_FTP_HOST" "$BLOBCTL_FTP_PORT" "${BLOBCTL_FTP_BASE_DIR#/}" "$(encoded "$1")"
}

ftp_lftp() {
  local tls='set ftp:ssl-allow no' url=ftp://$BLOBCTL_FTP_HOST
  case $BLOBCTL_FTP_TLS in
    explicit) tls="set ftp:ssl-force yes; set ftp:ssl-protect-data yes; set ssl:ca-file $BLOBCTL_FTP_CA_BUNDLE" ;;
    implicit)
      tls="set ftp:ssl-protect-data yes; set ssl:ca-file $BLOBCTL_FTP_CA_BUNDLE"
      url=ftps://$BLOBCTL_FTP_HOST
      ;;
  esac
  lftp -e "set net:max-retries 2; set net:timeout 20; set cmd:fail-exit yes; set ftp:charset UTF-8; set file:charset UTF-8; $tls; $1; bye" \
    -u "$BLOBCTL_FTP_USERNAME,$BLOBCTL_FTP_PASSWORD" -p "$BLOBCTL_FTP_PORT" "$url"
}
