#!/bin/sh
# Rebuilds crates/text/models/encoder.bin from labelled texts: sh run.sh DATA (see ../README.md).
set -eu
cd "$(dirname "$0")"
data=$(cd "$1" && pwd)
root=../../..
work=$root/target/train-encoder
mkdir -p "$work"
(cd "$root" && cargo run --release -p xtask -- train encoder-texts --data "$data" --out target/train-encoder)
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --requirement requirements.txt
"$work/venv/bin/python" teacher.py "$work/encoder-texts.tsv" "$work/taught.npy"
"$work/venv/bin/python" train.py "$work/encoder-texts.tsv" "$work/taught.npy" "$work/encoder.pt"
"$work/venv/bin/python" export.py "$work/encoder-texts.tsv" "$work/encoder.pt" \
    "$root/crates/text/models/encoder.bin" "$root/crates/text/tests/encoder/parity.tsv"
