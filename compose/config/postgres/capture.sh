#!/bin/bash
# Runs once, on an empty data folder: the role that capture reads with. It may read everything and change nothing.
set -euo pipefail
psql -v ON_ERROR_STOP=1 -v password="$(cat /run/secrets/capture_password)" -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
CREATE ROLE capture LOGIN REPLICATION IN ROLE pg_read_all_data PASSWORD :'password';
SQL
