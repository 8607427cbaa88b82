"""Quantises a fine-tuned encoder and writes the weight file and the file that the test of parity
reads: `python export.py TEXTS MODEL OUT PARITY` (see README.md; the layout of the file is told in
`crates/text/src/encoder/weights.rs`)."""

import struct
import sys

import numpy as np
import torch

from network import ORDERS, Encoder
from pieces import Vocabulary
from train import MOST_PIECES, logits, read, resources, table

GROUP, LEVELS = 128, 16
MAGIC, VERSION = b"HORCHENC", 2


def code_of(emb):
    """The 16 values that cost the least, by Lloyd's method on numbers divided by their group's
    spread (Lloyd 1982)."""
    groups = emb.reshape(-1, GROUP)
    some = groups[np.random.default_rng(0).choice(len(groups), 4000, replace=False)]
    x = np.sort((some / np.sqrt((some**2).mean(1, keepdims=True) + 1e-12)).ravel())
    code = np.quantile(x, (np.arange(LEVELS) + 0.5) / LEVELS)
    for _ in range(60):
        edges = np.searchsorted(x, (code[1:] + code[:-1]) / 2)
        parts = np.split(x, edges)
        code = np.array([p.mean() if len(p) else c for p, c in zip(parts, code)])
    return code.astype(np.float32)


def quantise(emb, code):
    """(index of each number, scale of each group): twice nearest value, then best scale."""
    groups = emb.reshape(-1, GROUP)
    scale = np.sqrt((groups**2).mean(1, keepdims=True)) + 1e-12
    edges = (code[1:] + code[:-1]) / 2
    for _ in range(3):
        index = np.searchsorted(edges, groups / scale).astype(np.uint8)
        value = code[index]
        scale = (groups * value).sum(1, keepdims=True) / ((value**2).sum(1, keepdims=True) + 1e-12)
        scale = np.maximum(scale, 1e-12)
    return index.reshape(emb.shape), scale.astype(np.float32).reshape(emb.shape[0], -1)


def dense(weight):
    """(scale per output, rows of signed bytes) of inputs × outputs."""
    rows = weight.T
    scale = np.maximum(np.abs(rows).max(1), 1e-12).astype(np.float32) / 127
    return scale, np.round(rows / scale[:, None]).astype(np.int8)


def checksum(data):
    data = data + b"\0" * (-len(data) % 8)
    value = 0xCBF29CE484222325
    for word in np.frombuffer(data, "<u8").tolist():
        value = ((value ^ word) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value


def layers(state):
    """The bytes of all layers; what was rounded is put back into `state`."""
    out = []

    def vector(name):
        out.append(state[name].numpy().astype("<f4").tobytes())

    def matrix(name):
        scale, rows = dense(state[name].numpy())
        state[name].copy_(torch.tensor((rows * scale[:, None]).T.copy()))
        out.extend([scale.astype("<f4").tobytes(), rows.tobytes()])

    def convolution(weight, bias):
        matrix(weight)
        vector(bias)

    convolution("proj", "proj_b")
    vector("ln1_g")
    vector("ln1_b")
    for n, _ in ORDERS:
        convolution(f"w1_{n}", f"b1_{n}")
        convolution(f"w2_{n}", f"b2_{n}")
    vector("ln2_g")
    vector("ln2_b")
    convolution("out", "out_b")
    for name in ("d0", "p1", "d1", "d2", "p3", "d3"):
        matrix(name)
    vector("tone.weight")
    vector("tone.bias")
    return b"".join(out)


def loss(scores, tone, weight):
    scores = scores - scores.max(1, keepdims=True)
    right = scores[np.arange(len(tone)), tone] - np.log(np.exp(scores).sum(1))
    return -(right * weight).sum() / weight.sum()


def calibrate(rows, own):
    """Temperature, then weights of the encoder's and the linear models' scores in English, in German
    and in the other languages, that make the calibration part most likely; each language counts the
    same."""
    tone = np.array([int(r[3]) for r in rows])
    lang = np.array([r[2] for r in rows])
    linear = np.array([[float(x) for x in r[5:8]] for r in rows])
    names, counts = np.unique(lang, return_counts=True)
    weight = np.array([1 / counts[names == one][0] for one in lang])
    heat = np.arange(0.5, 4, 0.02)
    out = [heat[np.argmin([loss(own / t, tone, weight) for t in heat])]]
    english, german = lang == "en", lang == "de"
    for some in (english, german, ~(english | german)):
        best = (np.inf, 1.0, 0.0)
        for a in np.arange(0.1, 2, 0.05):
            for b in np.arange(0, 1.5, 0.05):
                value = loss(a * own[some] + b * linear[some], tone[some], weight[some])
                best = min(best, (value, a, b))
        out += best[1:]
    return [float(number) for number in out]


def main(texts, model, out, parity):
    torch.set_num_threads(2)
    rows = read(texts)
    vocabulary = Vocabulary(resources() + "sp.model", MOST_PIECES)
    encoder = Encoder(dict(np.load(resources() + "weights.npz")), vocabulary.rows)
    state = encoder.state_dict()
    state.update(torch.load(model))
    emb = state["emb.weight"].numpy()
    code = code_of(emb)
    index, scale = quantise(emb, code)
    near = code[index] * np.repeat(scale, GROUP, 1)
    print("embedding's error", float(np.sqrt(((near - emb) ** 2).sum() / (emb**2).sum())))
    encoder.load_state_dict(state)
    some = [r for r in rows if r[0] == "Calibrate"]
    ids = [vocabulary.ids(r[4]) for r in some]
    exact = logits(encoder, ids)
    state["emb.weight"] = torch.tensor(near)
    tail = layers(state)
    encoder.load_state_dict(state)
    own = logits(encoder, ids)
    print("exact")
    table(some, exact.argmax(1))
    print("quantised")
    table(some, own.argmax(1))
    fitted = calibrate(some, own)
    print("temperature, weights of both", *(f"{number:.2f}" for number in fitted))
    letters = [p.encode() for p in vocabulary.pieces]
    ends = np.cumsum([0] + [len(p) for p in letters]).astype("<u4")
    text = b"".join(letters)
    body = b"".join(
        [
            ends.tobytes(),
            text + b"\0" * (-len(text) % 4),
            np.array(vocabulary.steps, "<i2").tobytes(),
            scale.astype("<f4").tobytes(),
            (index[:, ::2] | index[:, 1::2] << 4).tobytes(),
            tail,
        ]
    )
    head = MAGIC + struct.pack("<IIi7f", VERSION, len(letters), vocabulary.unknown_steps, *fitted)
    head += b"\0" * 8 + code.astype("<f4").tobytes() + struct.pack("<Q", checksum(body))
    with open(out, "wb") as file:
        file.write(head + body)
    print(out, len(head + body), "bytes")
    write_parity(parity, encoder, vocabulary, [r for r in rows if r[0] == "Parity"])


@torch.no_grad()
def write_parity(path, encoder, vocabulary, rows):
    """Per text: the text, its pieces, tone scores (1/10,000) and embedding (1/100,000)."""
    encoder.eval()
    with open(path, "w", encoding="utf-8") as file, open("parity.txt", encoding="utf-8") as texts:
        for text, row in zip(texts, rows, strict=True):
            ids = vocabulary.ids(row[4])
            z, said = encoder([ids])
            numbers = [ids, np.round(said[0].numpy() * 1e4).astype(int), np.round(z[0].numpy() * 1e5).astype(int)]
            cells = [" ".join(str(n) for n in list(cell)) for cell in numbers]
            file.write("\t".join([text.rstrip("\n"), *cells]) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:5])
