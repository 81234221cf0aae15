"""moto's S3 on loopback, in memory: moto_server.py PORT KEY SECRET

The user, its key and the bucket are made before the port is open: a client that waits for the server to come back cannot get
in between. (Over moto's HTTP interface it could, and its requests drew from the random numbers that the key is made of.)
"""

import json
import sys

from moto import settings
from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.models import iam_backends
from moto.s3.models import s3_backends
from moto.server import main

port, key_id, secret = sys.argv[1:]

iam = iam_backends[DEFAULT_ACCOUNT_ID]["aws"]
iam.create_user("us-east-1", "lab")
everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
iam.put_user_policy("lab", "all", json.dumps(everything))
key = iam.create_access_key("lab")
del iam.access_keys[key.access_key_id]
key.access_key_id, key.secret_access_key = key_id, secret
iam.access_keys[key_id] = key
s3_backends[DEFAULT_ACCOUNT_ID]["aws"].create_bucket("lab", "us-east-1")

settings.INITIAL_NO_AUTH_ACTION_COUNT = 0  # every request has to be signed
main(["--host", "127.0.0.1", "--port", port])
