"""Small inputs for the scripts of the fixtures, made by hand, with the traps of real files."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "customers.csv": [
        "0,ann@a.org,North Bank,FR,standard",
        "1,bob@b.org,South Bank,MD,standard",
        "2,cat@c.org,East Bank,DE,premium",
        "3,ann@a.org,West Bank,FR,premium",
        "4,dan@d.org,North Bank,UK,premium",
        "5,eve@e.org,South Bank,DE,standard",
    ],
    "mails.csv": [
        "m1,ann@a.org,2022-12-05,Urgent Question!,I am angry about the worst bank.",
        "m2,bob@b.org,2023-01-07,Thanks,great service thank you",
        "m3,cat@c.org,2021-03-04,Old news,nothing to see",
        "m4,cat@c.org,2023-05-06,Good day?,a good day to you",
        "m5,zoe@z.org,2023-05-07,Spam,buy this",
        "m6,ann@a.org,2023-06-01, Spaces ,thanks  for nothing",
        "m7,dan@d.org,2022-01-01,Offer,bad offer",
    ],
    "products-data-0.tsv": ["p1\tKitchen\tPress, black", 'p2\tJewelry\tRing "gold"', "p3\tToys\tBall"],
    "products-data-1.tsv": ["p4\tKitchen\tPan", "p1\tKitchen\tPress, red"],
    "products-data-2.tsv": ["p5\tJewelry\tChain"],
    "reviews-0.tsv": ["p1\t5\tGreat!", "p2\t3\tso so", "p3\t1\tBroken", "p1\t1\tNo"],
    "reviews-1.tsv": ["p4\t4\tGood pan", "p2\t2\tNot gold", "p9\t5\tUnknown"],
    "reviews-2.tsv": ["p5\t5\tShiny", "p1\t4\tRed one"],
    "amazon.txt": [
        "DOC_ID\tLABEL\tRATING\tVERIFIED\tCATEGORY\tPRODUCT_ID\tPRODUCT\tTITLE\tTEXT",
        "1\t__label2__\t4\tY\tBooks\tb1\tCooking\tGreat Photos\tGreat photos and good recipes",
        "2\t__label1__\t1\tN\tToys\tb2\tBall\tBad\tworst bad angry worst ball",
        "3\t__label1__\t5\tY\tToys\tb3\tCar\tThanks\tthanks for this great car",
        "4\t__label2__\t3\tY\tToys\tb3\tCar\tHm\tok",
    ],
    "people.csv": [
        "name,age,city,country",
        "Ann,31,Paris,FR",
        "Bob,17,Rome,IT",
        "Cy,45,Rome,IT",
        "Di,18,Lyon,FR",
        "Ed,64,Berlin,DE",
    ],
    "capitals.txt": ["FR;Paris", "IT;Rome", "DE;Bonn", "DE;Berlin"],
    "blocked.txt": ["Spam", "", "offer", "bob@b.org"],
    "orders.txt": ["id|item|qty|price", "1|pen|100|1.50", "2|ink|3|9.99", "3|cap|0|5", "4|mug|11|10"],
    "events.jsonl": [
        '{"kind": "click", "user": "u1", "page": "/a"}',
        '{"kind": "view", "user": "u2"}',
        '{"kind": "click", "user": "u3"}',
    ],
}


def write_inputs(directory: Path, files: dict[str, list[str]] | None = None, *, end: str = "\n") -> None:
    """Writes the files, each line with a newline; `end` ends the last line."""
    for name, lines in (files or FILES).items():
        text = "\n".join(lines) + (end if lines else "")
        (directory / name).write_text(text, encoding="utf-8")
