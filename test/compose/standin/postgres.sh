#!/bin/bash
# What the official image does at its start, as far as the stack relies on it: a database on an empty volume, the scripts of
# /docker-entrypoint-initdb.d once, then the server with the arguments of the container.
set -euo pipefail
bin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
data=/var/lib/postgresql/data
export PATH="$bin:$PATH" PGHOST=/run/postgresql
as() { setpriv --reuid=999 --regid=999 --clear-groups "$@"; }
install -d -o 999 -g 999 -m 700 "$data" /run/postgresql
if [ ! -s "$data/PG_VERSION" ]; then
  install -o 999 -m 400 "$POSTGRES_PASSWORD_FILE" /tmp/password
  as initdb -D "$data" -U "$POSTGRES_USER" --pwfile=/tmp/password --auth-host=scram-sha-256 --auth-local=trust -E UTF8 --locale=C.UTF-8 --no-instructions
  echo "host all all all scram-sha-256" >>"$data/pg_hba.conf"
  as pg_ctl -D "$data" -w -o "-c listen_addresses='' -c unix_socket_directories=/run/postgresql" start
  as createdb -U "$POSTGRES_USER" "$POSTGRES_DB"
  for script in $(compgen -G "/docker-entrypoint-initdb.d/*.sh"); do as bash "$script"; done
  as pg_ctl -D "$data" -m fast -w stop
fi
shift
exec setpriv --reuid=999 --regid=999 --clear-groups "$bin/postgres" -D "$data" -c "listen_addresses=*" -c unix_socket_directories=/run/postgresql "$@"
