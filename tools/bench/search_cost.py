"""Measure that a search costs what its length says, over the whole of Unicode.

    DJANGO_SETTINGS_MODULE=portal.settings … python -m tools.bench.search_cost

takes a portal with content. Each text has a hundred characters. The measure is the processor time
of a response, the least of three, in the finder (with "Did you mean", if nothing is found), the
suggestions and the site search, beside the median of plain texts. Every assigned character is
folded; those whose folds are longest, and a sample of the others, are searched for.
"""

import random
import statistics
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable
from functools import partial

LENGTH, SAMPLE, MOST_RATIO = 100, 150, 4
DOORS = ("/cities/", "/cities/suggest/", "/search/")
PLAIN = (
    "learning city network education community university council festival lifelong literacy "
    "manchester wakefield belfast bristol swansea limerick dublin hamburg melton medellin"
).split()


def assigned() -> list[str]:
    """Return every character that is assigned, but surrogates and private use."""
    characters = map(chr, range(sys.maxunicode + 1))
    return [c for c in characters if unicodedata.category(c) not in ("Cn", "Cs", "Co")]


def fill(words: Iterable[str]) -> str:
    return " ".join(words)[:LENGTH]


def groups(chance: random.Random) -> dict[str, list[str]]:
    """Return texts to compare, by a name for their kind."""
    from publishing.content.folding import fold

    every = assigned()
    by_length = sorted(every, key=lambda c: -len(fold(f"a{c}a")))
    letters = "abcdefghijklmnopqrstuvwxyz"
    pairs = [a + b for a in letters for b in letters]
    return {
        "plain": [fill(chance.choices(PLAIN, k=20)) for _ in range(30)],
        "the longest folds": [c * LENGTH for c in by_length[:SAMPLE]],
        "any character": [c * LENGTH for c in chance.sample(every, SAMPLE)],
        "random mixes": ["".join(chance.choices(every, k=LENGTH)) for _ in range(SAMPLE)],
        "words of one letter": [fill(chance.choices(letters, k=50)) for _ in range(30)],
        "short words, all different": [fill(chance.sample(pairs, 40)) for _ in range(30)],
        "unknown words": [fill(misspelt(chance) for _ in range(20)) for _ in range(30)],
        "letters in two spellings": [fill(chance.choices(("äöüåø", "øöäüå", "ö"), k=40))] * 3,
        "codes of countries": [fill(chance.sample("uk us fr de it es pt nl gr tr".split(), 10))],
    }


def misspelt(chance: random.Random) -> str:
    word = list(chance.choice(PLAIN))
    word[chance.randrange(len(word))] = "q"
    return "".join(word)


def least_time(call: Callable[[], object]) -> float:
    """Return the least processor time of three calls, in milliseconds."""
    times = []
    for _ in range(3):
        start = time.process_time()
        call()
        times.append(1000 * (time.process_time() - start))
    return min(times)


def main() -> None:
    from django.test import Client

    from publishing.content.search_words import cut, fits

    client, texts = Client(HTTP_HOST="localhost"), groups(random.Random(7))  # noqa: S311
    beyond = [c for c in assigned() if not fits(cut(c * LENGTH))]
    print(f"characters beyond the limits after the cut: {len(beyond)}")
    print(f"{'ms: median, most (ratio to plain)':<36}" + "".join(f"{d:>24}" for d in DOORS))
    plain: dict[str, float] = {}
    worst = 0.0
    for name, group in texts.items():
        line = f"{name:<36}"
        for door in DOORS:
            times = [least_time(partial(client.get, door, {"q": text})) for text in group]
            middle = statistics.median(times)
            plain.setdefault(door, middle)
            worst = max(worst, max(times) / plain[door])
            line += f"{middle:>9.1f}{max(times):>8.1f} ({max(times) / plain[door]:.1f})"
        print(line, flush=True)
    print(f"the most expensive text costs {worst:.1f} times the median of plain ones")
    sys.exit(worst > MOST_RATIO)


if __name__ == "__main__":
    import django

    django.setup()
    main()
