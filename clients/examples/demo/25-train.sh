# shellcheck shell=bash
# A small GPT learns from a text, with a signed receipt; it is interrupted, resumed and checked in part.
say "A small GPT learns the licence by heart: every step is committed, checkpoints are kept"
cat > "$scratch/gpt.json" <<'JSON'
{"gpt": {"layerCount": 1, "width": 32, "headCount": 2, "hiddenWidth": 64, "contextLength": 32, "seed": "1"},
 "configuration": {"microBatchSize": 4, "seed": "2", "adamW": {"weightDecay": 0.01}, "gradientNormMax": 1,
                   "learningRate": {"peak": 0.01, "warmupSteps": "5", "decaySteps": "35", "floor": 0.001},
                   "checkpointInterval": "10", "validationInterval": "10"},
 "stepCount": "40"}
JSON
run "$programs/gensyn" ree train --config "$scratch/gpt.json" --data LICENSE \
  --receipt-file "$scratch/training.cbor" --csv "$scratch/loss.csv" --plot "$scratch/loss.svg" \
  | tee "$scratch/trained"
run sed -n '1p;2p;21p;$p' "$scratch/loss.csv"
run "$programs/gensyn" artifact list --kind checkpoint

say "Anyone can take ten of the steps again, from the checkpoint before them alone"
run "$programs/gensyn" ree verify --steps 20..30 "$scratch/training.cbor"

say "Going on from the middle ends in the same checkpoint, to the last bit"
middle=$("$programs/gensyn" artifact list --kind checkpoint | awk '/-step-20$/ { print $1 }')
run "$programs/gensyn" ree train --resume "$middle" --steps 40 | tee "$scratch/resumed"
[ "$(grep checkpoint "$scratch/trained")" = "$(grep checkpoint "$scratch/resumed")" ]
