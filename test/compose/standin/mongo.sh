#!/bin/bash
# The administrator on an empty volume, then the server with passwords. It is a replica set of one by itself; that it was given
# a key file, as mongod wants one, is looked at here.
set -euo pipefail
[[ " $* " == *" --replSet "* && " $* " == *" --keyFile "* ]] || { echo "mongod would refuse these arguments: $*" >&2; exit 1; }
[[ "$(stat -c %a "${@: -1}")" == 400 ]] || { echo "mongod refuses a key file that others may read" >&2; exit 1; }
server=("$STANDIN_MONGO/bin/secantusd-py" --config /tmp/empty.toml --host "$(hostname)" --port 27017 --storage-path /data/db/standin --cache-size 256M
  --sync-on-commit --oplog-max-entries 50000000 --oplog-retention-seconds 31536000 --noop-heartbeat-seconds 10)
touch /tmp/empty.toml
if [ ! -e /data/db/made ]; then
  rm -rf /data/db/standin
  "${server[@]}" & pid=$!
  "$STANDIN_MONGO/bin/python" /opt/standin/client/mongo.py
  kill "$pid" && wait "$pid" || true
  touch /data/db/made
fi
exec "${server[@]}" --auth
