"""Write a large, realistic product file: ``python3 build/make_sample.py --rows 500000 large.csv``.

About 140 bytes a row: SKUs in mixed letter case, some text quoted because of commas, quotes and line breaks, several
languages, some SKUs twice. The same seed gives the same file; memory stays small however many rows are asked for.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

HEADER = "sku,name,description,active\r\n"
BLOCK = 20_000
MAKERS = (
    "Acme",
    "Nordwind",
    "Bergström",
    "Kowalski",
    "Petit & Fils",
    "Öztürk",
    "Łódka",
    "Северный",
    "Hanako",
    "Ibérica",
)
MAKES = ("steel", "oak", "ceramic", "linen", "brass", "bamboo", "aluminium", "wool", "glass", "cork", "copper", "felt")
THINGS = (
    "Desk Lamp",
    "Kettle 1.7 l",
    "Garden Shears",
    "Schreibtischstuhl",
    "Bouilloire",
    "Çaydanlık",
    "Silla plegable",
    "Wieszak ścienny",
    "Лампа настільна",
    "Cable Tidy, 3 m",
    'Pipe 5"',
    "Notebook A5",
    "Câble USB-C",
    "Werkzeugkasten",
    "Fruit Bowl",
    "Door Stop",
)
OPENINGS = (
    "Made to last and easy to clean",
    "Pour la maison et le bureau",
    "Für drinnen und draußen",
    "Ev ve ofis için",
    "Our best seller since 2009",
    "Ręcznie wykończone",
)
ENDINGS = (
    "ships flat",
    "2 year warranty",
    "<b>New:</b> recycled packaging",
    "spare parts available for ten years",
    "garantie 24 mois",
    "size 40 x 60 cm",
)
# What makes a cell need quotes: often a comma, sometimes a quoted word, now and then a line break.
ASIDES = (*[", in stock"] * 20, *[' of the "original" design'] * 5, "\nalso in a new colour", "\nwhile stocks last")
ACTIVE = ("true", "true", "true", "true", "yes", "1", "false", "0")


def main() -> int:
    """Write the file and say how large it became."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--seed", type=int, default=1, help="another seed, another catalogue")
    parser.add_argument("--revision", type=int, default=1, help="the same SKUs, every name and description changed")
    parser.add_argument(
        "--twice", type=float, default=0.01, help="share of rows that repeat an earlier SKU (default 0.01)"
    )
    arguments = parser.parse_args()
    size = write(arguments.file, arguments.rows, arguments.seed, arguments.revision, arguments.twice)
    print(f"{arguments.file}: {arguments.rows} rows, {size / 1e6:.1f} MB", file=sys.stderr)
    return 0


def write(path: Path, rows: int, seed: int = 1, revision: int = 1, twice: float = 0.01) -> int:
    """Write ``rows`` rows to ``path``; the size in bytes."""
    chance = random.Random(seed)
    with path.open("wb") as file:
        file.write(HEADER.encode())
        for start in range(0, rows, BLOCK):
            count = min(BLOCK, rows - start)
            file.write("".join(_block(chance, start, count, revision, twice)).encode())
        return file.tell()


def _block(chance: random.Random, start: int, count: int, revision: int, twice: float) -> list[str]:
    """The next ``count`` lines. One random number a row feeds every choice: drawing each would be slow."""
    names = [_cell(f"{maker} {thing} {make}") for maker in MAKERS for thing in THINGS for make in MAKES]
    texts = [
        f"{opening} ({make}) – {ending}. Order number " for opening in OPENINGS for ending in ENDINGS for make in MAKES
    ]
    lines = []
    for number in range(start, start + count):
        dice = chance.getrandbits(60)
        repeats = number > BLOCK and (dice & 0xFFFF) < twice * 0x10000
        sku = _sku(dice % number if repeats else number, dice >> 16)
        name = names[(dice >> 20) % len(names)]
        name = f'{name[:-1]} {number}"' if name[0] == '"' else f"{name} {number}"
        text = f"{texts[(dice >> 32) % len(texts)]}{revision}-{dice >> 40}"
        if not dice & 0x30000:
            text = _cell(text + ASIDES[(dice >> 24) % len(ASIDES)])
        lines.append(f"{sku},{name if revision == 1 else _revised(name, revision)},{text},{ACTIVE[dice >> 57]}\r\n")
    return lines


def _sku(number: int, dice: int) -> str:
    """Like ``AC-0004711-Q`` in one of three spellings; the number alone decides which product it is."""
    sku = f"AC-{number:07d}-{'KLMNPQRSTVWX'[number % 12]}"
    return (sku, sku.lower(), sku.title(), sku)[dice & 3]


def _revised(name: str, revision: int) -> str:
    return f'{name[:-1]} v{revision}"' if name[-1] == '"' else f"{name} v{revision}"


def _cell(text: str) -> str:
    """Quoted as RFC 4180 says where the text needs it."""
    if any(mark in text for mark in ',"\n\r'):
        return '"' + text.replace('"', '""') + '"'
    return text


if __name__ == "__main__":
    sys.exit(main())
