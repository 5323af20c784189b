#!/usr/bin/env bash
# A package outside the tree depends on GensynClient by version, from a git tag, builds, and calls a
# gateway; so does the example. usage: run.sh FOLDER-WITH-THE-PROGRAMS
set -euo pipefail
cd "$(dirname "$0")/../.."
programs=$(realpath "${1:-.build/debug}")
work=$(mktemp -d)
gateway=
cleanup() {
  [ -z "$gateway" ] || { kill "$gateway" && wait "$gateway" || true; } 2>/dev/null
  rm -rf "$work"
}
trap cleanup EXIT

"$programs/gensyn-gateway" --listen 127.0.0.1:0 --data-dir "$work/data" --log-level error >"$work/ready" &
gateway=$!
for _ in $(seq 100); do [ -s "$work/ready" ] && break; sleep 0.1; done
address=$(sed -E 's/.*"listen":\["([^"]+)".*/\1/' "$work/ready")
head -c 3000000 /dev/urandom >"$work/file"

example=$("$programs/quickstart" "$address" "$work/file")
echo "example: $example"

# What is committed, under a version that only this test knows.
git clone --quiet --no-hardlinks . "$work/gensyn"
git -C "$work/gensyn" -c user.name=test -c user.email=test@example.invalid tag -a 0.0.1 -m 0.0.1
mkdir -p "$work/outside/Sources/outside"
cat >"$work/outside/Package.swift" <<MANIFEST
// swift-tools-version: 6.2
import PackageDescription
let package = Package(
  name: "outside",
  dependencies: [.package(url: "file://$work/gensyn", exact: "0.0.1")],
  targets: [
    .executableTarget(
      name: "outside", dependencies: [.product(name: "GensynClient", package: "gensyn")])
  ])
MANIFEST
cp clients/examples/Quickstart/Quickstart.swift "$work/outside/Sources/outside/"
swift build --package-path "$work/outside" --product outside >"$work/log" 2>&1 || { tail -n 40 "$work/log"; exit 1; }
outside=$("$work/outside/.build/debug/outside" "$address" "$work/file")
echo "outside: $outside"

[ -n "$example" ] && [ "$example" = "$outside" ] || { echo "the hashes differ"; exit 1; }
echo "test-package: 2/2"
