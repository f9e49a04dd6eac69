"""Whole pipelines in declarative form, beside the pandas code a good engineer would write for them."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

import lester_jupyter as ld
from lester_jupyter.benchmark import complaints
from lester_jupyter.benchmark.lineage import data
from lester_jupyter.benchmark.lineage.cases import PIPELINE_GOAL, Case, Inputs

_COUNTRIES = ["UK", "DE", "FR"]
_NEGATIVE = ["angry", "complaint", "problem", "wrong", "sue", "justice", "worst", "never"]
_POSITIVE = ["thank", "great", "pleased", "awesome", "good", "love"]
_CUSTOMER = ["customer_id", "customer_email", "bank", "country", "level"]
_MAIL = ["mail_id", "email", "raw_date", "mail_subject", "mail_text"]
_RESULT = ["title", "text", "sentiment", "bank", "country", "is_premium"]
_MAILS_A_CUSTOMER = 20


def _files(n_rows: int, folder: Path) -> Inputs:
    """The running example's files, with so many mails."""
    place = folder / f"complaints-{n_rows}"
    if (place / "mails.csv").exists():
        return place / "customers.csv", place / "mails.csv"
    return complaints.generate(place, customers=max(10, n_rows // _MAILS_A_CUSTOMER), mails=n_rows)


def _sentiment(text: str) -> str:
    score = 0
    for word in text.lower().split():
        if word.strip(".,!?") in _NEGATIVE:
            score -= 1
        if word.strip(".,!?") in _POSITIVE:
            score += 1
    return "negative" if score < 0 else "positive"


def _parsed(raw_date: str) -> datetime:
    return datetime.strptime(raw_date, "%Y-%m-%d")  # noqa: DTZ007 - a day, without a clock


def complaints_frame(customer_file: Path, mail_file: Path) -> Any:
    """The running example as the embedded rewriter writes it."""
    customers = ld.read_text(customer_file, _CUSTOMER, quoting=True, blank="skip", encoding="utf-8")
    customers = customers.project("is_premium", ["level"], lambda level: level == "premium")
    customers = customers.filter("country in @_COUNTRIES")
    customers = customers.distinct(["customer_email"], keep="last")
    mails = ld.read_text(mail_file, _MAIL, strip="both", short="skip", extra="join", encoding="utf-8")
    mails = mails.filter("raw_date != ''")
    mails = mails.project("mail_date", ["raw_date"], _parsed)
    mails = mails.filter(lambda mail_date: not mail_date.year < 2022)
    mails = mails.join(customers, left_on="email", right_on="customer_email")
    mails = mails.project("title", ["mail_subject"], str.lower)
    mails = mails.project("text", ["mail_text"], lambda mail_text: mail_text.replace("  ", " "))
    mails = mails.project("sentiment", ["text"], _sentiment)
    return mails.select(_RESULT)


def complaints_pandas(customer_file: Path, mail_file: Path) -> pd.DataFrame:
    """The same in plain pandas, with the same functions."""
    customers, mails = _records_read(customer_file, mail_file)
    customers["is_premium"] = [level == "premium" for level in customers["level"].to_list()]
    customers = customers[customers["country"].isin(_COUNTRIES)]
    customers = customers.drop_duplicates("customer_email", keep="last")
    mails = mails[mails["raw_date"] != ""]
    mails["mail_date"] = pd.Series([_parsed(d) for d in mails["raw_date"].to_list()], mails.index, dtype=object)
    mails = mails[[d.year >= 2022 for d in mails["mail_date"].to_list()]]
    mails = mails.merge(customers, left_on="email", right_on="customer_email")
    mails["title"] = [s.lower() for s in mails["mail_subject"].to_list()]
    mails["text"] = [t.replace("  ", " ") for t in mails["mail_text"].to_list()]
    mails["sentiment"] = [_sentiment(t) for t in mails["text"].to_list()]
    return mails[_RESULT]


def _records_read(customer_file: Path, mail_file: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both files as the messy code reads them: the mails are split at their first four commas, which pandas cannot."""
    with customer_file.open(newline="", encoding="utf-8") as file:
        customers = pd.DataFrame([r for r in csv.reader(file) if r], columns=_CUSTOMER, dtype="str")
    with mail_file.open(encoding="utf-8") as file:
        fields = (line.strip().split(",", 4) for line in file)
        mails = pd.DataFrame([f for f in fields if len(f) == 5], columns=_MAIL, dtype="str")
    return customers, mails


def vectorised_frame(customer_file: Path, mail_file: Path) -> Any:
    """The running example without a Python function a record."""
    customers = ld.read_csv(customer_file, header=None, names=_CUSTOMER, dtype=str, keep_default_na=False)
    customers = customers.filter("country in @_COUNTRIES").distinct(["customer_email"], keep="last")
    mails = ld.read_text(mail_file, _MAIL, strip="both", short="skip", extra="join", encoding="utf-8")
    mails = mails.filter("raw_date >= '2022'").join(customers, left_on="email", right_on="customer_email")
    mails = mails.assign(
        title="mail_subject.str.lower()",
        angry="mail_text.str.contains('angry|complaint|problem|wrong|worst|never')",
        is_premium="level == 'premium'",
    )
    return mails.select(["title", "mail_text", "angry", "bank", "country", "is_premium"])


def vectorised_pandas(customer_file: Path, mail_file: Path) -> pd.DataFrame:
    """The same in plain pandas."""
    customers = pd.read_csv(customer_file, header=None, names=_CUSTOMER, dtype="str", keep_default_na=False)
    customers = customers[customers["country"].isin(_COUNTRIES)].drop_duplicates("customer_email", keep="last")
    with mail_file.open(encoding="utf-8") as file:
        fields = (line.strip().split(",", 4) for line in file)
        mails = pd.DataFrame([f for f in fields if len(f) == 5], columns=_MAIL, dtype="str")
    mails = mails[mails["raw_date"] >= "2022"].merge(customers, left_on="email", right_on="customer_email")
    mails = mails.assign(
        title=mails["mail_subject"].str.lower(),
        angry=mails["mail_text"].str.contains("angry|complaint|problem|wrong|worst|never"),
        is_premium=mails["level"] == "premium",
    )
    return mails[["title", "mail_text", "angry", "bank", "country", "is_premium"]]


def _tables(n_rows: int, folder: Path) -> Inputs:
    del folder
    return data.records(n_rows), data.partners(n_rows)


def long_frame(rows: Any, partners: Any) -> Any:
    """Twelve operators, among them every kind of row edge: outer join, aggregate, windows, distinct, union."""
    recent = rows.filter("y >= 100").fill_missing({"x": 0.0})
    totals = recent.aggregate("key", total=("x", "sum"), size=("number", "count"))
    ranked = recent.rank("place", "x", by="key").shift("before", "y", by="key")
    joined = ranked.join(totals, on="key").join(partners, on="key", how="outer", suffixes=("", "_partner"))
    both = joined.union(joined.filter("flag == True").limit(1_000))
    return both.distinct(["number", "key"]).sort(["key", "number"]).select(["key", "number", "total", "place", "city"])


def long_pandas(rows: pd.DataFrame, partners: pd.DataFrame) -> pd.DataFrame:
    """The same in plain pandas."""
    recent = rows[rows["y"] >= 100].fillna({"x": 0.0})
    totals = recent.groupby("key", as_index=False).agg(total=("x", "sum"), size=("number", "count"))
    groups = recent.groupby("key")
    ranked = recent.assign(place=groups["x"].rank(), before=groups["y"].shift())
    joined = ranked.merge(totals, on="key").merge(partners, on="key", how="outer", suffixes=("", "_partner"))
    both = pd.concat([joined, joined[joined["flag"] == True].head(1_000)], ignore_index=True)  # noqa: E712
    kept = both.drop_duplicates(["number", "key"]).sort_values(["key", "number"], ignore_index=True)
    return kept[["key", "number", "total", "place", "city"]]


PIPELINES = (
    Case("pipeline: running example", "pipeline", _files, complaints_frame, complaints_pandas, PIPELINE_GOAL),
    Case("pipeline: vectorised", "pipeline", _files, vectorised_frame, vectorised_pandas, PIPELINE_GOAL),
    Case("pipeline: 12 operators", "pipeline", _tables, long_frame, long_pandas, PIPELINE_GOAL),
)
