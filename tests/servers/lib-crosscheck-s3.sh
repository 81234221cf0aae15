# Sourced by crosscheck: aws, s5cmd, rclone, s3cmd, curl.
CLIENTS=(aws s5cmd rclone s3cmd curl)

export AWS_ACCESS_KEY_ID=$BLOBCTL_S3_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY=$BLOBCTL_S3_SECRET_ACCESS_KEY
export AWS_REGION=$BLOBCTL_S3_REGION AWS_DEFAULT_REGION=$BLOBCTL_S3_REGION AWS_EC2_METADATA_DISABLED=true
export RCLONE_CONFIG=$work/rclone.conf RCLONE_CONFIG_LAB_TYPE=s3 RCLONE_CONFIG_LAB_PROVIDER=Other RCLONE_CONFIG_LAB_ENV_AUTH=true
export RCLONE_CONFIG_LAB_REGION=$BLOBCTL_S3_REGION RCLONE_CONFIG_LAB_ENDPOINT=$BLOBCTL_S3_ENDPOINT_URL
export RCLONE_S3_NO_CHECK_BUCKET=true
: >"$RCLONE_CONFIG"
WORD='=?UTF-8?B?R3LDtsOfZSDml6XmnKw=?=' # "Größe 日本" as RFC 2047 has it, and S3's manual
host=${BLOBCTL_S3_ENDPOINT_URL#*://} https=False
[ "${BLOBCTL_S3_ENDPOINT_URL%%:*}" = http ] || https=True
printf '[default]\naccess_key = %s\nsecret_key = %s\nhost_base = %s\nhost_bucket = %s\nuse_https = %s\nbucket_location = %s\n' \
  "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" "$host" "$host" "$https" "$BLOBCTL_S3_REGION" >s3cfg

aws_() { aws --endpoint-url "$BLOBCTL_S3_ENDPOINT_URL" "$@"; }
s5cmd_() { s5cmd --endpoint-url "$BLOBCTL_S3_ENDPOINT_URL" "$@"; }
s3cmd_() { s3cmd --config s3cfg --max-retries 1 "$@"; }

# curl signs a body that it does not hash.
curl_() {
  curl --silent --show-error --fail --aws-sigv4 "aws:amz:$BLOBCTL_S3_REGION:s3" --header 'x-amz-content-sha256: UNSIGNED-PAYLOAD' \
    --user "$BLOBCTL_S3_ACCESS_KEY_ID:$BLOBCTL_S3_SECRET_ACCESS_KEY" "$@"
}

url() { printf '%s/%s/' "$BLOBCTL_S3_ENDPOINT_URL" "$BLOBCTL_S3_BUCKET" && encoded "$1"; }

get() { # get CLIENT KEY FILE
  local at=s3://$BLOBCTL_S3_BUCKET/$2
  case $1 in
    aws) aws_ s3 cp --only-show-errors "$at" "$3" ;;
    s5cmd) s5cmd_ --log error cp --raw "$at" "$3" ;;
    rclone) rclone --quiet copyto "lab:$BLOBCTL_S3_BUCKET/$2" "$3" ;;
    s3cmd) s3cmd_ --quiet get "$at" "$3" ;;
    curl) curl_ --output "$3" "$(url "$2")" ;;
  esac
}

put() { # put CLIENT FILE KEY
  local at=s3://$BLOBCTL_S3_BUCKET/$3
  case $1 in
    aws) aws_ s3 cp --only-show-errors "$2" "$at" ;;
    s5cmd) s5cmd_ --log error cp --raw "$2" "$at" ;;
    rclone) rclone --quiet copyto "$2" "lab:$BLOBCTL_S3_BUCKET/$3" ;;
    s3cmd) s3cmd_ --quiet put "$2" "$at" ;;
    curl) curl_ --upload-file "$2" "$(url "$3")" ;;
  esac
}

put_labelled() { # put_labelled CLIENT FILE KEY: with a type and metadata
  local at=s3://$BLOBCTL_S3_BUCKET/$3
  case $1 in
    aws) aws_ s3 cp --only-show-errors --content-type text/x-test --metadata "colour=light blue" "$2" "$at" ;;
    s5cmd) s5cmd_ --log error cp --raw --content-type text/x-test --metadata "colour=light blue" "$2" "$at" ;;
    rclone)
      rclone --quiet --metadata --metadata-set content-type=text/x-test --metadata-set "colour=light blue" \
        --metadata-set "name=$WORD" copyto "$2" "lab:$BLOBCTL_S3_BUCKET/$3"
      ;;
    s3cmd)
      s3cmd_ --quiet put --no-guess-mime-type --mime-type text/x-test --add-header "x-amz-meta-colour: light blue" \
        --add-header "x-amz-meta-name: $WORD" "$2" "$at"
      ;;
    curl)
      curl_ --header "content-type: text/x-test" --header "x-amz-meta-colour: light blue" --header "x-amz-meta-name: $WORD" \
        --upload-file "$2" "$(url "$3")"
      ;;
  esac
}

# Headers in a common form, `name: value` in lower case, as far as the client tells them.
told() { # told CLIENT KEY
  local at=s3://$BLOBCTL_S3_BUCKET/$2
  case $1 in
    aws) aws_ s3api head-object --bucket "$BLOBCTL_S3_BUCKET" --key "$2" ;;
    s5cmd) s5cmd_ --json head --raw "$at" ;;
    rclone) rclone --quiet lsjson --stat --metadata --hash "lab:$BLOBCTL_S3_BUCKET/$2" ;;
    s3cmd) s3cmd_ --debug info "$at" 2>&1 || true ;; # shows the headers, and asks then for things that not every server knows
    curl) curl_ --head "$(url "$2")" ;;
  esac | python3 "$HERE/told.py" "$1"
}

etag() { "$blobctl" stat --json "$1" | python3 -c 'import json, sys; print(json.load(sys.stdin)["etag"].strip("\""))'; }

# rclone has no word for it.
etag_told() { # etag_told CLIENT KEY
  if [ "$1" = rclone ]; then etag "$2"; else told "$1" "$2" | sed -n 's/^etag: //p' || true; fi
}

# The ETag that the client tells is the one that blobctl tells; and a URL that blobctl signs is one for curl.
after_put() { # after_put CLIENT FILE KEY
  equal "$1" "tells the ETag of $2" "$(etag "$3")" "$(etag_told "$1" "$3")"
  [ "$1" = curl ] || return 0
  rm -f presigned
  curl --silent --show-error --fail --output presigned "$("$blobctl" presign "$3")" || true
  same curl "gets $2 by a presigned URL" "$2" presigned
  curl --silent --show-error --fail --upload-file "$2" "$("$blobctl" presign --method put "$3-3")" || true
  rm -f back
  "$blobctl" get "$3-3" back || true
  same curl "puts $2 by a presigned URL" "$2" back
  "$blobctl" rm -f "$3-3"
}

more() { # more CLIENT: what goes with a blob
  local key="crosscheck/$1/labelled" file
  for file in small large; do
    "$blobctl" put "$file" "$key" --content-type text/x-test --cache-control max-age=60 --content-encoding x-none \
      --content-disposition 'attachment; filename="a b"' --metadata "colour=light blue" --metadata "name=Größe 日本"
    told "$1" "$key" >labels || true
    labels_are "$1" "tells" "$file" <<'T'
content-type: text/x-test
colour: light blue
name: Größe 日本
T
    case $1 in
      s5cmd) ;; # tells no more
      *)
        labels_are "$1" "tells" "$file" <<'T'
cache-control: max-age=60
content-encoding: x-none
content-disposition: attachment; filename="a b"
T
        ;;
    esac
    if put_labelled "$1" "$file" "$key-2"; then
      "$blobctl" stat --json "$key-2" | python3 "$HERE/told.py" blobctl >labels
      labels_are "$1" "puts" "$file" <<'T'
content-type: text/x-test
colour: light blue
T
      case $1 in
        aws | s5cmd) ;; # take plain words only
        *) labels_are "$1" "puts" "$file" <<<"name: Größe 日本" ;;
      esac
      equal "$1" "tells the ETag of its $file" "$(etag "$key-2")" "$(etag_told "$1" "$key-2")"
    else
      verdict "$1" "puts metadata of $file" "it ended with an error"
    fi
    "$blobctl" rm -f "$key" "$key-2"
  done
  [ "$1" != aws ] || classes
}

# Storage classes, by the client that was made by those who made them.
classes() {
  local key=crosscheck/classes
  "$blobctl" put small "$key" --storage-class STANDARD_IA && told aws "$key" >labels || : >labels
  labels_are aws "tells" "the class" <<<"storage-class: STANDARD_IA"
  aws_ s3 cp --only-show-errors --storage-class STANDARD_IA small "s3://$BLOBCTL_S3_BUCKET/$key-2" || true
  "$blobctl" stat --json "$key-2" | python3 "$HERE/told.py" blobctl >labels || : >labels
  labels_are aws "puts" "the class" <<<"storage-class: STANDARD_IA"
  "$blobctl" rm -f "$key" "$key-2"
}

labels_are() { # labels_are CLIENT VERB FILE: the file `labels` says what is on stdin
  local expected
  while IFS= read -r expected; do
    equal "$1" "$2 ${expected%%: *} of $3" "$expected" "$(grep "^${expected%%: *}: " labels || true)"
  done
}
