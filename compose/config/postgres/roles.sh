#!/bin/bash
# Runs once, on an empty data folder: the roles that capture and the comparisons read with. They may read everything and change nothing.
set -euo pipefail
psql -v ON_ERROR_STOP=1 -v capture="$(cat /run/secrets/capture_password)" -v reconcile="$(cat /run/secrets/postgres_reconcile_password)" \
  -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
CREATE ROLE capture LOGIN REPLICATION IN ROLE pg_read_all_data PASSWORD :'capture';
CREATE ROLE reconcile LOGIN REPLICATION IN ROLE pg_read_all_data PASSWORD :'reconcile';
SQL
