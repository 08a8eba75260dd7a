#!/bin/bash
# Becomes the program that is named: NAME_FILE is read into NAME, then ${NAME} is put into what names it.
set -euo pipefail
for file in $(compgen -e | grep -E '^[A-Z0-9_]+[A-Z0-9]_FILE$'); do
  case "$file" in AIRFLOW__*) continue ;; esac # a setting of Airflow's that is called so
  export "${file%_FILE}=$(cat "${!file}")"
done
for name in $(compgen -e); do
  value="${!name}"
  while [[ "$value" =~ \$\{([A-Z0-9_]+)\} ]]; do
    secret="${BASH_REMATCH[1]}"
    value="${value//"\${$secret}"/${!secret:?is named by $name and not set}}"
  done
  [[ "$value" == "${!name}" ]] || export "$name=$value"
done
exec "$@"
