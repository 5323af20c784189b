#!/bin/bash
# Every binary32 through every elementary function: run.sh [NAME...]. A function passes when no result
# is wrong and its outputs have the hash in expected.txt. Minutes for each on one core.
set -euo pipefail
cd "$(dirname "$0")/../../.."

out=.build-functions
here=Tests/Conformance/Functions
mkdir -p "$out"
for source in Sources/CKernels/*.c Sources/CKernels/isa/*.c; do
  clang -O2 -std=gnu11 -ISources/CKernels/include -c "$source" -o "$out/$(basename "$source" .c).o"
done
clang -O2 -std=gnu11 -Wall -Wextra -ISources/CKernels/include "$here/main.c" "$out"/*.o \
  -lmpfr -lgmp -lcrypto -lm -o "$out/functions"

passed=0
total=0
names=("$@")
[ ${#names[@]} -gt 0 ] || mapfile -t names < <(awk '{ print $1 }' $here/expected.txt)
for name in "${names[@]}"; do
  total=$((total + 1))
  line=$(nice -n 15 "$out/functions" "$name") && sound=1 || sound=0
  echo "$line"
  wanted=$(awk -v name="$name" '$1 == name { print $2 }' $here/expected.txt)
  if [ $sound = 1 ] && [[ -n "$wanted" && "$line" == *"sha256 $wanted"* ]]; then
    passed=$((passed + 1))
  fi
done
echo "conformance-functions: $passed/$total"
[ "$passed" -eq "$total" ]
