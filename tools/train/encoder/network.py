"""The Universal Sentence Encoder, multilingual, version 3 (convolutions over n-grams, then dense
layers), in PyTorch, with a head for tone. Batches are flat: the pieces of all texts in one row,
windows stop at the ends of a text."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

ORDERS = ((2, 0), (3, 1), (5, 2))
CHUNKS = 17


def table(weights):
    """The base model's embedding of every piece."""
    rows = weights["q1"].shape[0]
    out = np.empty((CHUNKS * rows, 512), np.float32)
    for i in range(CHUNKS):
        chunk = weights[f"q{i + 1}"].astype(np.float32)
        out[i::CHUNKS] = chunk * weights["scale"][i] + weights["lo"][i]
    return out


class Encoder(nn.Module):
    def __init__(self, weights, rows):
        """`rows` names for each piece the rows of the base model whose mean it begins with."""
        super().__init__()
        base = table(weights)
        start = np.stack([base[r].mean(0) for r in rows])
        self.emb = nn.Embedding.from_pretrained(torch.tensor(start), freeze=False, sparse=True)

        def part(array):
            return nn.Parameter(torch.tensor(np.ascontiguousarray(array)))

        def all_orders(name, axis=0):
            return part(np.concatenate([weights[f"{name}{n}"] for n, _ in ORDERS], axis))

        self.proj, self.proj_b = all_orders("proj", 1), all_orders("proj_b")
        self.ln1_g, self.ln1_b = all_orders("ln_g"), all_orders("ln_b")
        for n, _ in ORDERS:
            for name in ("w1_", "b1_", "w2_", "b2_"):
                setattr(self, f"{name}{n}", part(weights[f"{name}{n}"]))
        self.ln2_g, self.ln2_b = part(weights["ln_g"]), part(weights["ln_b"])
        self.out, self.out_b = part(weights["cnn_W"]), part(weights["cnn_b"])
        for name in ("d0", "d1", "d2", "d3", "p1", "p3"):
            setattr(self, name, part(weights[name]))
        self.eps = float(weights["eps"])
        self.tone = nn.Linear(1792, 3)
        nn.init.zeros_(self.tone.bias)
        nn.init.normal_(self.tone.weight, std=0.02)

    def forward(self, group, drop=0.0):
        """(embeddings of length one, tone logits) of a list of lists of pieces."""
        lens = torch.tensor([len(g) for g in group])
        flat = torch.tensor([i for g in group for i in g])
        n = len(flat)
        text = torch.repeat_interleave(torch.arange(len(group)), lens)
        starts = torch.cumsum(lens, 0) - lens
        e = F.dropout(self.emb(flat), drop, self.training)
        x = F.layer_norm(e @ self.proj + self.proj_b, (768,), self.ln1_g, self.ln1_b, self.eps)
        window = torch.arange(n)[:, None] + torch.arange(-2, 5)
        first, last = starts[text][:, None], (starts + lens)[text][:, None]
        index = torch.where((window >= first) & (window < last), window, torch.tensor(n))
        parts, zero = [e], torch.zeros(1, 256)
        for i, (k, left) in enumerate(ORDERS):
            columns = index[:, 2 - left : 2 - left + k]

            def layer(x, w, b):
                y = torch.cat([x, zero])[columns].reshape(n, -1)
                return F.relu(y @ w + b) + x

            h = layer(x[:, i * 256 : (i + 1) * 256], getattr(self, f"w1_{k}"), getattr(self, f"b1_{k}"))
            parts.append(layer(h, getattr(self, f"w2_{k}"), getattr(self, f"b2_{k}")))
        f = F.layer_norm(torch.cat(parts, 1), (1280,), self.ln2_g, self.ln2_b, self.eps)
        total = torch.zeros(len(group), 1280).index_add(0, text, f)
        count = lens.float()[:, None]
        m = (total @ self.out + count * self.out_b) / count.sqrt()
        y0 = F.relu(m @ self.d0)
        y1 = F.relu(m @ self.p1 + y0 @ self.d1)
        y2 = F.dropout(F.relu(y1 @ self.d2), drop, self.training)
        z = torch.tanh(y1 @ self.p3 + y2 @ self.d3).float()
        z = z / z.pow(2).sum(1, keepdim=True).clamp_min(self.eps).sqrt()
        read = torch.cat([z * 4, total / count], 1)
        return z, self.tone(F.dropout(read, 2 * drop, self.training))
