#!/bin/bash
# Compares every kernel's hash with Tests/Conformance/Bits/expected.txt: for each instruction set of
# x86-64, and of aarch64 under qemu, with 1, 2 and 3 threads that claim tiles. With --update it
# writes the expected lines from the portable path first: only a new version of the semantics may.
set -euo pipefail
cd "$(dirname "$0")/../../.."

out=.build-bits
here=Tests/Conformance/Bits
flags=(-O2 -std=gnu11 -Wall -Wextra -Werror -ISources/CKernels/include)
arm=(--target=aarch64-linux-gnu -isystem /usr/aarch64-linux-gnu/include)

# build NAME COMPILER-FLAG...: the sources of CKernels and of the program, one object each.
build() {
  local name=$1 source
  shift
  rm -rf "$out/$name"
  mkdir -p "$out/$name/kernels" "$out/$name/program"
  for source in Sources/CKernels/*.c Sources/CKernels/isa/*.c; do
    clang "$@" "${flags[@]}" -c "$source" -o "$out/$name/kernels/$(basename "$source" .c).o"
  done
  for source in "$here"/*.c; do
    clang "$@" "${flags[@]}" -c "$source" -o "$out/$name/program/$(basename "$source" .c).o"
  done
}

# Nothing of libm, and nothing else that could compute: memory, strings and the machine's features.
allowed='^(ree_[a-z0-9_]*|mem(cpy|set|move)|strcmp|getenv|getauxval|sched_yield|__cpu_model|__cpu_features2|_GLOBAL_OFFSET_TABLE_)$'
foreign=0
check_symbols() {
  local found
  found=$(nm -u "$out/$1"/kernels/*.o | awk '$1 == "U" { print $2 }' | sort -u |
    grep -vE "$allowed" || true)
  if [ -n "$found" ]; then
    echo "$1: CKernels wants $found"
    foreign=1
  fi
}

equal=0
total=0
# compare LABEL EXPECTED ACTUAL: equal lines of equal names.
compare() {
  local name hash wanted
  while read -r name hash; do
    total=$((total + 1))
    wanted=$(awk -v name="$name" '$1 == name { print $2 }' "$2")
    if [ "$hash" = "$wanted" ]; then
      equal=$((equal + 1))
    else
      echo "$1: $name is $hash, not ${wanted:-known}"
    fi
  done < "$3"
}

# on MACHINE PROGRAM...: every instruction set of a build.
on() {
  local machine=$1 isa state threads
  shift
  while read -r isa state; do
    if [ "$state" = absent ]; then
      echo "$machine $isa: absent"
      continue
    fi
    REE_ISA=$isa "$@" 1 > "$out/lines"
    # A run that ends early must not count as complete.
    if [ "$(wc -l < "$out/lines")" -ne "$(wc -l < $here/expected.txt)" ]; then
      total=$((total + 1))
      echo "$machine $isa: $(wc -l < "$out/lines") lines"
    fi
    compare "$machine $isa" $here/expected.txt "$out/lines"
    for threads in 2 3; do
      REE_ISA=$isa "$@" "$threads" tiles > "$out/lines"
      compare "$machine $isa, $threads threads" $here/expected.txt "$out/lines"
    done
    echo "$machine $isa: $equal of $total so far"
  done < <("$@" --isas)
}

build x86_64
check_symbols x86_64
clang "$out"/x86_64/{kernels,program}/*.o -lpthread -o "$out/bits-x86_64"
if [ "${1:-}" = --update ]; then
  REE_ISA=soft "$out/bits-x86_64" 1 > $here/expected.txt
fi
on x86_64 "$out/bits-x86_64"

if command -v qemu-aarch64 > /dev/null && command -v aarch64-linux-gnu-gcc > /dev/null; then
  build aarch64 "${arm[@]}"
  check_symbols aarch64
  aarch64-linux-gnu-gcc -static "$out"/aarch64/{kernels,program}/*.o -lpthread -o "$out/bits-aarch64"
  on aarch64 qemu-aarch64 "$out/bits-aarch64"
else
  # The peers' setup installs both; without them the run is not complete.
  total=$((total + 1))
  echo "aarch64: needs qemu-user, gcc-aarch64-linux-gnu and libc6-dev-arm64-cross"
fi

echo "conformance-bits: $equal/$total"
[ "$equal" -eq "$total" ] && [ "$foreign" -eq 0 ]
