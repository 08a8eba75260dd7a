#!/bin/bash
# A replica set with passwords wants a key that its members know. mongod refuses one that others may read, and a secret's
# file has whatever owner it has on the host.
set -euo pipefail
install -m 400 -o mongodb -g mongodb /run/secrets/mongo_keyfile /tmp/keyfile
exec docker-entrypoint.sh "$@" --keyFile /tmp/keyfile
