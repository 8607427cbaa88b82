"""Others on the pairs of crates/text/tests/stems.tsv.

    pip install simplemma==2.0.0 snowballstemmer==3.1.1
    python3 xtask/rivals/stems.py
"""

import collections
import pathlib

import simplemma
import snowballstemmer

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAMES = {"de": "german", "en": "english"}
METHODS = {
    "snowball": lambda word, lang: snowballstemmer.stemmer(NAMES[lang]).stemWord(word),
    "simplemma": lambda word, lang: simplemma.lemmatize(word, lang=lang).lower(),
    "simplemma, nouns too": lambda word, lang: lemma_of_either(word, lang),
}


def lemma_of_either(word, lang):
    """The word's case is lost in folding; German nouns are found in capitals alone."""
    if lang == "de" and simplemma.lemmatize(word, lang=lang) == word:
        return simplemma.lemmatize(word.capitalize(), lang=lang).lower()
    return simplemma.lemmatize(word, lang=lang).lower()


def main():
    counts = collections.Counter()
    part = "seen"
    for line in (ROOT / "crates/text/tests/stems.tsv").read_text().splitlines():
        if line.startswith("#"):
            part = "held out" if "Held out" in line else part
            continue
        lang, label, a, b = line.split("\t")
        for name, method in METHODS.items():
            right = (method(a, lang) == method(b, lang)) == (label == "=")
            counts[part, name, lang, label, right] += 1
    for part in ("seen", "held out"):
        for name in METHODS:
            for lang in NAMES:
                for label, what in (("=", "one word"), ("x", "two words")):
                    right = counts[part, name, lang, label, True]
                    wrong = counts[part, name, lang, label, False]
                    print(f"{part:8} {name:20} {lang} {what:9} {right} of {right + wrong}")


if __name__ == "__main__":
    main()
