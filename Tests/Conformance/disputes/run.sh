#!/bin/sh
# A trace has one root on every instruction set; then the liars.
set -eu
program=$1
shift
expected=$("$program" --roots "$@")
echo "$expected"
for isa in soft scalar avx2 avx512 vnni; do
  found=$(REE_ISA=$isa "$program" --roots "$@")
  if [ "$found" != "$expected" ]; then
    echo "FAIL other roots on $isa"
    exit 1
  fi
done
exec "$program" "$@"
