#!/bin/sh
# Stands where pip and uv stand while an image is built: what is to be installed has to be there, and nothing is installed.
set -eu
for a in "$@"; do
  case "$a" in
    *.lock | *.txt) test -s "$a" || { echo "nothing to install in $a" >&2; exit 1; } ;;
  esac
done
