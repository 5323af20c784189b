#!/usr/bin/env bash
# What a hostile computation tries from within the worker's walls, and what becomes of it.
# usage: run.sh PROGRAM
set -uo pipefail
program=$1
passed=0 total=0

# expect NAME EXIT OUTPUT ARGUMENTS…: the exit code, and a text that the output must have.
expect() {
  local name=$1 code=$2 wanted=$3
  shift 3
  total=$((total + 1))
  local output
  output=$("$program" "$@" 2>&1 </dev/null)
  local found=$?
  if [ "$found" -eq "$code" ] && [[ $output == *"$wanted"* ]]; then
    passed=$((passed + 1))
  else
    echo "$name: exit $found, not $code: ${output:0:200}"
  fi
}

expect "nothing" 0 "the walls hold" probe nothing
expect "a file is refused" 0 "the walls hold" probe file
expect "a socket is refused" 0 "the walls hold" probe socket
# 128 and the signal: SIGSYS kills what would become another process, or it is refused.
"$program" probe process >/dev/null 2>&1
code=$?
total=$((total + 1))
if [ $code -eq 0 ] || [ $code -eq 159 ]; then passed=$((passed + 1)); else echo "a process: exit $code"; fi
# SIGXCPU or SIGKILL.
"$program" probe forever --seconds 1 >/dev/null 2>&1
code=$?
total=$((total + 1))
if [ $code -eq 152 ] || [ $code -eq 137 ]; then passed=$((passed + 1)); else echo "forever: exit $code"; fi
# A terabyte: the allocation fails long before, and takes the process with it and nothing else.
"$program" probe memory --memory 268435456 >/dev/null 2>&1
code=$?
total=$((total + 1))
if [ $code -gt 128 ]; then passed=$((passed + 1)); else echo "memory: exit $code"; fi

echo "conformance-sandbox: $passed/$total"
[ "$passed" -eq "$total" ]
