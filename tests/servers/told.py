"""What a client tells of a blob, in a common form: `name: value` lines. Argument: the client; its words are on stdin."""
import json
import re
import sys
from email.header import decode_header, make_header

client, words = sys.argv[1], sys.stdin.read()
found = {}


def add(name, value):
    if value is not None:
        # RFC 2047, for those who leave that to the reader.
        found[name.lower()] = str(make_header(decode_header(value))) if "=?" in value else value


if client == "curl":
    for line in words.splitlines():
        name, colon, value = line.strip().partition(":")
        if colon:
            add(name.lower().removeprefix("x-amz-meta-"), value.strip())
elif client == "s3cmd":
    # Python's words for the headers of the answers, of which the first is the one to HEAD.
    for name, value in re.findall(r"'([a-z0-9-]+)': '(.*?)'[,}]", words):
        if name.removeprefix("x-amz-meta-") not in found:
            add(name.removeprefix("x-amz-meta-"), value)
else:
    told = json.loads(words) if words.strip() else {}
    metadata = told.get("Metadata") or told.get("metadata") or {}
    for name, value in metadata.items():
        add(name, value)
    for name, header in [
        ("ContentType", "content-type"),
        ("content_type", "content-type"),
        ("MimeType", "content-type"),
        ("CacheControl", "cache-control"),
        ("ContentEncoding", "content-encoding"),
        ("ContentDisposition", "content-disposition"),
        ("StorageClass", "storage-class"),
        ("storage_class", "storage-class"),
        ("ETag", "etag"),
        ("etag", "etag"),
    ]:
        add(header, told.get(name))
if "etag" in found:
    found["etag"] = found["etag"].strip('"')
for name, value in found.items():
    print(f"{name}: {value}")
