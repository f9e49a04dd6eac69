"""The complaints pipeline: equal to code written by hand, and traceable from a customer to the model and back."""

from __future__ import annotations

import hashlib
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from complaints_pipeline import TITLE_FEATURES, by_hand, encoder, pipeline, sources
from scipy import sparse
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import accuracy_score, roc_auc_score

import lester_jupyter as ld
from lester_jupyter.benchmark import complaints


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("complaints")
    complaints.generate(folder)
    return folder


@pytest.fixture(scope="module")
def run(directory: Path) -> ld.PipelineRun:
    return pipeline().run(sources(directory))


@pytest.fixture(scope="module")
def expected(directory: Path) -> pd.DataFrame:
    return by_hand(directory)


def same(a: sparse.csr_matrix, b: sparse.csr_matrix) -> bool:
    """Equal bit by bit, stored zeros and the order of what is stored included."""
    return a.shape == b.shape and all(
        np.array_equal(x, y) and x.dtype == y.dtype
        for x, y in ((a.data, b.data), (a.indices, b.indices), (a.indptr, b.indptr))
    )


def digest(run: ld.PipelineRun) -> str:
    parts = [run.X_train.toarray(), run.X_test.toarray(), run.model.coef_, run.y_train.astype("U"), run.predictions]
    joined = b"".join(np.ascontiguousarray(p).astype("U" if p.dtype == object else p.dtype).tobytes() for p in parts)
    return hashlib.sha256(joined + repr(sorted(run.metrics.items())).encode() + run.plan.explain().encode()).hexdigest()


def test_prepared_records_are_those_of_the_code_by_hand(run: ld.PipelineRun, expected: pd.DataFrame) -> None:
    assert run.prepared.df.to_dict("list") == expected.drop(columns=["mail", "customer"]).to_dict("list")
    assert len(run.train) + len(run.test) == len(expected)


def test_everything_learned_is_bit_equal_to_the_code_by_hand(run: ld.PipelineRun, expected: pd.DataFrame) -> None:
    origin = {tuple(o["mails"]): i for i in range(len(expected)) for o in [run.prepared.lineage.backward(i)]}
    train, test = (
        expected.iloc[[origin[tuple(part.lineage.backward(i)["mails"])] for i in range(len(part))]]
        for part in (run.train, run.test)
    )
    plain = encoder()
    X_train = plain.fit_transform(train.drop(columns="label"))
    X_test = plain.transform(test.drop(columns="label"))
    model = SGDClassifier(loss="hinge", alpha=0.003, random_state=42).fit(X_train, train["label"].to_numpy())
    assert sparse.issparse(run.X_train)
    assert same(run.X_train, X_train)
    assert same(run.X_test, X_test)
    assert run.y_train.tolist() == train["label"].tolist()
    assert run.y_test.tolist() == test["label"].tolist()
    assert run.model.coef_.tobytes() == model.coef_.tobytes()
    assert run.model.intercept_.tobytes() == model.intercept_.tobytes()
    assert run.predictions.tolist() == model.predict(X_test).tolist()
    assert run.metrics == {
        "accuracy": accuracy_score(test["label"], model.predict(X_test)),
        "roc_auc": roc_auc_score(test["label"], model.decision_function(X_test)),
    }
    assert run.train_metrics["accuracy"] == accuracy_score(train["label"], model.predict(X_train))


def test_each_column_goes_into_its_features_and_into_nothing_else(run: ld.PipelineRun) -> None:
    n_words = len(run.encoder.named_transformers_["text"].vocabulary_)
    title, text = (0, TITLE_FEATURES), (TITLE_FEATURES, TITLE_FEATURES + n_words)
    country, length = (text[1], text[1] + 3), (text[1] + 3, text[1] + 4)
    assert run.X_train.shape[1] == length[1]
    features = run.lineage.features
    assert features("mails", "mail_subject") == [title, length]
    assert features("mails", "mail_text") == [text]
    assert features("customers", "country") == [country]
    for source, column in (("mails", "mail_id"), ("mails", "email"), ("customers", "customer_email")):
        assert features(source, column) == []
    assert features("customers", "bank", kind=None) == []  # prepared, but given to no encoder
    assert features("mails", "raw_date", kind="control") == [(0, length[1])]
    assert features("customers", "country", kind="control") == [(0, country[0]), (country[1], length[1])]


def test_a_customer_leads_to_the_mails_the_features_and_the_model(run: ld.PipelineRun, expected: pd.DataFrame) -> None:
    part_of = {}
    for name, part in (("train", run.train), ("test", run.test)):
        for row in range(len(part)):
            [mail] = part.lineage.backward(row)["mails"]
            part_of[int(mail)] = (name, row)
    [title, text, country, length] = [(b.table.start, b.table.stop) for b in run.encoding.parts]
    assert title[1] == text[0]
    for customer in range(10):
        reach = run.lineage.forward("customers", customer)
        mails = expected.index[expected["customer"] == customer]
        assert reach.prepared.tolist() == mails.tolist()
        places = [part_of[int(expected["mail"][i])] for i in mails]
        assert reach.train.tolist() == sorted(row for name, row in places if name == "train")
        assert reach.test.tolist() == reach.predictions.tolist()
        assert reach.test.tolist() == sorted(row for name, row in places if name == "test")
        assert reach.model == (len(reach.train) > 0)
        assert reach.encoders == (("text", "country", "length") if reach.model else ())
        assert reach.features == [country]
    assert run.lineage.forward("mails", int(expected["mail"][0])).features == [(title[0], text[1]), length]


def test_a_feature_and_a_prediction_lead_back_to_their_records(run: ld.PipelineRun, expected: pd.DataFrame) -> None:
    pairs = set(zip(expected["mail"], expected["customer"], strict=True))
    country = run.encoding.parts[2].table.start
    for row in range(0, len(run.test), 7):
        origin = run.lineage.backward("test", row, country)
        [mail], [customer] = origin.rows["mails"], origin.rows["customers"]
        assert (int(mail), int(customer)) in pairs
        assert {key: rows.tolist() for key, rows in origin.cells.items()} == {("customers", "country"): [customer]}
        assert run.lineage.prediction(row).rows["mails"].tolist() == [mail]
    said = run.lineage.prediction(0)
    assert said.value == run.predictions[0]
    assert said.n_learned_from == len(run.train)
    taught = {int(m) for i in range(len(run.train)) for m in run.train.lineage.backward(i)["mails"]}
    assert said.learned_from["mails"].tolist() == sorted(taught)
    assert {source for source, _ in said.cells} == {"mails", "customers"}


def test_deleting_a_customer_leaves_all_other_records_in_their_part(directory: Path, tmp_path: Path) -> None:
    before = pipeline().run(sources(directory))
    lines = (directory / "customers.csv").read_text(encoding="utf-8").splitlines()
    counts = pd.Series([before.lineage.forward("customers", i).prepared.size for i in range(len(lines) - 1)])
    gone = int(counts.idxmax())
    (tmp_path / "customers.csv").write_text("\n".join(lines[:gone] + lines[gone + 1 :]) + "\n", encoding="utf-8")
    (tmp_path / "mails.csv").write_bytes((directory / "mails.csv").read_bytes())
    after = pipeline().run(sources(tmp_path))

    def parts(run: ld.PipelineRun) -> dict[tuple[int, int], str]:
        return {
            (int(origin["mails"][0]), int(origin["customers"][0])): name
            for name, part in (("train", run.train), ("test", run.test))
            for row in range(len(part))
            for origin in [part.lineage.backward(row)]
        }

    moved = {(mail, customer + (customer >= gone)): name for (mail, customer), name in parts(after).items()}
    stayed = {key: name for key, name in parts(before).items() if key[1] != gone}
    assert counts[gone] > 3
    assert len(stayed) == len(parts(before)) - counts[gone]
    assert {key: moved[key] for key in stayed} == stayed


def test_executing_the_plan_on_other_sources_equals_a_new_run(directory: Path, tmp_path: Path) -> None:
    run = pipeline().run(sources(directory))
    again = run.plan.execute()
    assert digest(again) == digest(run)
    complaints.generate(tmp_path, customers=40, mails=300, seed=11)
    files = {"customers": tmp_path / "customers.csv", "mails": tmp_path / "mails.csv"}
    other = run.plan.execute(sources=files)
    fresh = pipeline().run(sources(tmp_path))
    assert digest(other) == digest(fresh)
    assert other.X_train.shape != run.X_train.shape
    assert other.lineage.features("mails", "mail_text") == fresh.lineage.features("mails", "mail_text")


def test_two_runs_with_one_seed_are_bit_equal_and_another_seed_differs(directory: Path) -> None:
    first, second, third = (pipeline().run(sources(directory), seed=seed) for seed in (1, 1, 2))
    assert digest(first) == digest(second)
    assert digest(first) != digest(third)
    assert pickle.dumps(first.encoder) == pickle.dumps(second.encoder)
    assert pickle.dumps(first.model) == pickle.dumps(second.model)


def test_a_run_is_bit_equal_in_another_process_with_other_hashes(directory: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from test_running_example import digest, pipeline, sources;"
        "print(digest(pipeline().run(sources(Path(sys.argv[1])))))"
    )
    assert hash("a") != 4644230589222344817, "this process has PYTHONHASHSEED=1 itself"
    done = subprocess.run(
        [sys.executable, "-c", script, str(directory)],
        env={**os.environ, "PYTHONHASHSEED": "1"},
        cwd=Path(__file__).parent,  # where `python -c` looks for modules first
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == digest(pipeline().run(sources(directory)))
