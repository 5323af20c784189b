#!/bin/bash
# Thirty steps of training, recorded by the Swift engine as a tape and replayed by a program of C on
# every instruction set of x86-64, and of aarch64 under qemu, with 1, 2 and 3 threads: every line must
# be the engine's own, and that of expected.txt. With --update that file is written first.
# usage: bits.sh PROGRAM [--update]
set -euo pipefail
cd "$(dirname "$0")/../../.."

program=$1
out=.build-bits/training
here=Tests/Conformance/Training
steps=30
flags=(-O2 -std=gnu11 -Wall -Wextra -Werror -ISources/CKernels/include)
mkdir -p "$out"

# build NAME COMPILER-FLAG...
build() {
  local name=$1 source
  shift
  rm -rf "${out:?}/$name"
  mkdir -p "$out/$name"
  for source in Sources/CKernels/*.c Sources/CKernels/isa/*.c "$here"/replay.c; do
    clang "$@" "${flags[@]}" -c "$source" -o "$out/$name/$(basename "$source" .c).o"
  done
}

equal=0
total=0
compare() {
  local same
  same=$(comm -12 <(sort "$out/lines") <(sort "$here/expected.txt") | wc -l)
  equal=$((equal + same))
  total=$((total + steps))
  [ "$same" -eq "$steps" ] && state=equal || state="$same of $steps lines equal"
  echo "$1: $state"
}

# on MACHINE RUNNER...: every instruction set of a build.
on() {
  local machine=$1 isa state threads
  shift
  while read -r isa state; do
    if [ "$state" = absent ]; then
      echo "$machine $isa: absent"
      continue
    fi
    for threads in 1 2 3; do
      REE_ISA=$isa "$@" "$out/recording" "$threads" > "$out/lines"
      compare "$machine $isa, $threads threads"
    done
  done < <("$@" --isas)
}

"$program" record $steps small "$out/recording"
if [ "${2:-}" = --update ]; then
  REE_ISA=soft "$program" lines $steps 1 > "$here/expected.txt"
fi
for isa in soft scalar avx2 avx512; do
  if REE_ISA=$isa "$program" lines 1 1 > /dev/null 2>&1; then
    for threads in 1 2 3; do
      REE_ISA=$isa "$program" lines $steps "$threads" > "$out/lines"
      compare "Swift $isa, $threads threads"
    done
  fi
done
build x86_64
clang "$out"/x86_64/*.o -lpthread -o "$out/replay-x86_64"
on x86_64 "$out/replay-x86_64"
if command -v qemu-aarch64 > /dev/null && command -v aarch64-linux-gnu-gcc > /dev/null; then
  build aarch64 --target=aarch64-linux-gnu -isystem /usr/aarch64-linux-gnu/include
  aarch64-linux-gnu-gcc -static "$out"/aarch64/*.o -lpthread -o "$out/replay-aarch64"
  on aarch64 qemu-aarch64 "$out/replay-aarch64"
else
  total=$((total + steps))
  echo "aarch64: needs qemu-user, gcc-aarch64-linux-gnu and libc6-dev-arm64-cross"
fi
echo "bits: $equal/$total"
