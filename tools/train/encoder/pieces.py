"""The vocabulary: pruned, with emoji added, and the cutting of texts into its pieces.

Texts come in as `text::features::cased` leaves them. `crates/text/src/encoder/tokens.rs` does the
same in Rust; a test holds the two together.
"""

import struct
import unicodedata

UNKNOWN, BEGIN, END = 0, 1, 2
MOST_PIECES = 128
READ_BYTES = 1024
SCORE_STEP = 1 / 1024


def fields(data, at, end):
    """The length-delimited and 32-bit fields of a protocol buffer: (number, bytes)."""

    def varint(at):
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value, at

    while at < end:
        tag, at = varint(at)
        if tag & 7 == 2:
            size, at = varint(at)
        elif tag & 7 == 5:
            size = 4
        elif tag & 7 == 1:
            size = 8
        else:
            _, at = varint(at)
            continue
        yield tag >> 3, data[at : at + size]
        at += size


def base(path):
    """Pieces and scores of a sentencepiece model, in the order of the embedding's rows."""
    with open(path, "rb") as file:
        data = file.read()
    pieces, scores = [], []
    for number, value in fields(data, 0, len(data)):
        if number == 1:
            inner = dict(fields(value, 0, len(value)))
            pieces.append(inner[1].decode("utf-8"))
            scores.append(struct.unpack("<f", inner[2])[0] if 2 in inner else 0.0)
    return pieces, scores


def script(char):
    return unicodedata.name(char, "?").split()[0] if char.isalpha() else None


def kept(piece):
    """Whether texts in Latin, Cyrillic or Arabic letters may need a piece."""
    body = piece.replace("▁", "")
    if any(script(c) not in (None, "LATIN", "CYRILLIC", "ARABIC") for c in body):
        return False
    # Signs of East Asian writing, and what normalisation never leaves.
    if any("\u2e80" <= c <= "\ua4cf" or "\uff00" <= c <= "\uffef" for c in body):
        return False
    return piece == "▁" or unicodedata.normalize("NFKC", body) == body and bool(body)


def emoji():
    """Emoji of one character that have a name."""
    ranges = [(0x2600, 0x27C0), (0x1F300, 0x1F650), (0x1F680, 0x1F700), (0x1F900, 0x1FB00)]
    for first, last in ranges:
        for code in range(first, last):
            if unicodedata.category(chr(code)) == "So":
                yield chr(code)


class Vocabulary:
    """Pieces sorted by their bytes (a space for the sign of a word's beginning), after the three
    that mark unknown, begin and end; their scores; and the base model's row of each, or for an
    emoji that it lacks the rows of its name."""

    def __init__(self, path, most):
        pieces, scores = base(path)
        # The worst pieces go: a text that had one is cut into shorter ones.
        usable = [i for i in range(6, len(pieces)) if kept(pieces[i])]
        usable.sort(key=lambda i: (len(pieces[i]) > 1, -scores[i]))
        chosen = {pieces[i].replace("▁", " "): (scores[i], [i]) for i in usable[:most]}
        known = {p: (s, [i]) for i, (p, s) in enumerate(zip(pieces, scores))}
        floor = min(scores)
        cut = Cutter([p.replace("▁", " ") for p in pieces], scores, floor - 10)
        for sign in emoji():
            if sign in chosen:
                continue
            name = unicodedata.name(sign).lower().replace(" sign", "")
            rows = known[sign][1] if sign in known else cut(" " + name)
            chosen[sign] = (-12.0, rows)
        ordered = sorted(chosen.items(), key=lambda item: item[0].encode())
        self.pieces = ["", "", ""] + [p for p, _ in ordered]
        # Scores as the file holds them, so that both sides cut alike.
        steps = [round(s / SCORE_STEP) for _, (s, _) in ordered]
        self.steps = [0, 0, 0] + steps
        self.unknown_steps = min(steps) - round(10 / SCORE_STEP)
        self.rows = [[UNKNOWN], [BEGIN], [END]] + [rows for _, (_, rows) in ordered]
        self.cut = Cutter(self.pieces, self.steps, self.unknown_steps)

    def ids(self, text):
        """The pieces of a tidied text with begin and end; a run of unknown ones counts as one."""
        text = text.encode()[:READ_BYTES].decode(errors="ignore")
        out = [BEGIN]
        for piece in self.cut(" " + text) if text else []:
            if piece != UNKNOWN or out[-1] != UNKNOWN:
                out.append(piece)
        return out[: MOST_PIECES - 1] + [END]


class Cutter:
    """Viterbi over unigram scores; of equals the earlier beginning. `strange` is the number of what
    is no piece, `unknown` its score."""

    def __init__(self, pieces, scores, unknown, strange=UNKNOWN):
        self.table = {}
        for number, piece in enumerate(pieces):
            for size in range(1, len(piece)):
                self.table.setdefault(piece[:size], -1)
            if piece and number > END:
                self.table[piece] = number
        self.scores, self.unknown, self.strange = scores, unknown, strange

    def __call__(self, text):
        size = len(text)
        best = [0] + [None] * size
        came = [(0, 0)] * (size + 1)
        for i in range(size):
            single = False
            for j in range(i + 1, size + 1):
                piece = self.table.get(text[i:j])
                if piece is None:
                    break
                if piece < 0:
                    continue
                single |= j == i + 1
                score = best[i] + self.scores[piece]
                if best[j] is None or score > best[j]:
                    best[j], came[j] = score, (i, piece)
            if not single:
                score = best[i] + self.unknown
                if best[i + 1] is None or score > best[i + 1]:
                    best[i + 1], came[i + 1] = score, (i, self.strange)
        out, at = [], size
        while at > 0:
            at, piece = came[at]
            out.append(piece)
        return out[::-1]
