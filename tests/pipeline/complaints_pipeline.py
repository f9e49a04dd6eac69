"""The running example as a pipeline, and the same written by hand with pandas and scikit-learn."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import lester_jupyter as ld

NEGATIVE = ["angry", "complaint", "problem", "wrong", "sue", "justice", "worst", "never"]
POSITIVE = ["thank", "great", "pleased", "awesome", "good", "love"]
COUNTRIES = ["UK", "DE", "FR"]
CUSTOMER = ["customer_id", "customer_email", "bank", "country", "level"]
MAIL = ["mail_id", "email", "raw_date", "mail_subject", "mail_text"]
TITLE_FEATURES = 32


def sentiment(text: str) -> str:
    words = [w.strip(".,!?") for w in text.lower().split()]
    score = sum(w in POSITIVE for w in words) - sum(w in NEGATIVE for w in words)
    return "negative" if score < 0 else "positive"


def prepare(customers: ld.Frame, mails: ld.Frame) -> ld.Frame:
    known = customers.filter("country in @COUNTRIES").distinct("customer_email", keep="last")
    dated = mails.filter("raw_date != ''").filter(lambda raw_date: int(raw_date[:4]) >= 2022)
    joined = dated.join(known, left_on="email", right_on="customer_email")
    made = joined.project("title", ["mail_subject"], str.lower)
    made = made.project("text", ["mail_text"], lambda text: text.replace("  ", " "))
    made = made.project("title_length", ["title"], len)
    return made.select(["title", "text", "title_length", "bank", "country"])


def sources(directory: Path) -> dict[str, ld.Frame]:
    return {
        "customers": ld.read_text(directory / "customers.csv", CUSTOMER, quoting=True, blank="skip"),
        "mails": ld.read_text(directory / "mails.csv", MAIL, strip="both", extra="join", short="skip", blank="skip"),
    }


def encoder() -> ColumnTransformer:
    return ColumnTransformer(
        [
            ("title", HashingVectorizer(n_features=TITLE_FEATURES), "title"),
            ("text", TfidfVectorizer(), "text"),
            ("country", OneHotEncoder(categories=[COUNTRIES]), ["country"]),
            ("length", StandardScaler(), ["title_length"]),
        ]
    )


def pipeline(**changes: object) -> ld.Pipeline:
    said: Mapping[str, object] = {
        "prepare": prepare,
        "label": (["text"], sentiment),
        "encode": encoder(),
        "model": SGDClassifier(loss="hinge", alpha=0.003),
    }
    return ld.Pipeline("complaints", **{**said, **changes})


def by_hand(directory: Path) -> pd.DataFrame:
    """The prepared records with their label, and with the record of each source they were made of."""
    with (directory / "customers.csv").open(encoding="utf-8", newline="") as file:
        customers = [row for row in csv.reader(file) if row]
    known = {row[1]: (i, row[2], row[3]) for i, row in enumerate(customers) if row[3] in COUNTRIES}
    rows, number = [], -1
    for line in (directory / "mails.csv").read_text(encoding="utf-8").split("\n"):
        parts = line.strip().split(",", 4)
        if len(parts) < 5:
            continue
        number += 1
        _, email, raw_date, subject, text = parts
        if raw_date and int(raw_date[:4]) >= 2022 and email in known:
            customer, bank, country = known[email]
            text = text.replace("  ", " ")
            title = subject.lower()
            rows.append((title, text, len(title), bank, country, sentiment(text), number, customer))
    names = ["title", "text", "title_length", "bank", "country", "label", "mail", "customer"]
    return pd.DataFrame(rows, columns=names)
