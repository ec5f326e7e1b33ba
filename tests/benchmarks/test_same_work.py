"""The C loop that does roleclass's work gives roleclass's answers."""

from dataclasses import replace
from pathlib import Path

import joblib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.pipeline import Pipeline

from benchmarks.labellers import SkippedError
from benchmarks.same_work import SameWork, pipeline_of
from roleclass import Role, RoleClassifier
from roleclass.lexicon import load_lexicon
from roleclass.training.corpus import Corpus, load_corpus
from roleclass.training.export import ModelInfo, export
from roleclass.training.features import SECTIONS
from roleclass.training.model import Settings, fit
from roleclass.training.unclear import REASONS
from tests.written import TITLES, posting

CONCEPTS = load_lexicon()
PHRASES = sorted({b" ".join(phrase).decode() for c in CONCEPTS for phrase in c.phrases})
HEADINGS = sorted(
    b" ".join(phrase).decode()
    for concept in CONCEPTS
    if concept.group == "section"
    for phrase in concept.phrases
)
# Text that is full of phrases and headings, which may overlap, and of what separates words.
PIECES = st.sampled_from(PHRASES) | st.sampled_from(HEADINGS) | st.sampled_from("\n?\u00e9\0x")
TEXTS = st.lists(
    st.lists(PIECES, max_size=60).map(" ".join) | st.text(max_size=60), min_size=1, max_size=5
)


def export_beside(pipeline: Pipeline, folder: Path) -> Path:
    roles = tuple(map(Role, pipeline[-1].classes_))
    info = ModelInfo(roles, (0.5,) * len(roles), "written", tuple(pipeline[0].feature_names()))
    export(pipeline, info, folder / "model.onnx")
    joblib.dump(pipeline, folder / "pipeline.joblib")
    return folder / "model.onnx"


@pytest.fixture(scope="module")
def training(written_corpus: Path) -> Corpus:
    """Postings with a heading over every line, so that the model weighs all sections."""
    headings = ("What you will do", "Requirements", "Nice to have", "About us", "Benefits")
    training = load_corpus(written_corpus, warn=print).split("train")
    postings = []
    for i, p in enumerate(training):
        lines = p.text.split("\n")
        over = (headings[(i + k) % len(headings)] for k in range(len(lines)))
        text = "\n".join(f"{line}\n{heading}" for line, heading in zip(lines, over, strict=True))
        postings.append(replace(p, text=text))
    return Corpus(tuple(postings))


@pytest.fixture(scope="module")
def model(training: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    # Not calibrated: the written postings are so easy that calibration would make it sure of
    # everything, and a difference would not show.
    return export_beside(fit(training, Settings(max_ngrams=50)), tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def same_work(model: Path) -> SameWork:
    try:
        return SameWork(pipeline_of(model))
    except SkippedError as error:
        pytest.skip(str(error))


def assert_same(same_work: SameWork, model: Path, texts: list[str]) -> None:
    classifier = RoleClassifier(model)
    answers = same_work(texts)
    np.testing.assert_allclose(
        answers.probabilities, classifier.predict_proba(texts), rtol=0, atol=1e-5
    )
    expected = [answer.reason for answer in classifier.predict_many(texts)]
    assert [REASONS[code] for code in answers.reasons] == expected


def test_written_postings_get_the_same_answers(same_work: SameWork, model: Path) -> None:
    texts = [posting(role, seed) for role in TITLES for seed in range(100, 130)]
    texts += [f"{titles[0]}\n{posting(role, 1)}" for role, titles in TITLES.items()]
    assert_same(same_work, model, texts)
    assert same_work(texts).probabilities.std(axis=0).min() > 0.1


@settings(deadline=None, max_examples=150)
@given(TEXTS)
def test_any_text_gets_the_same_answer(same_work: SameWork, model: Path, texts: list[str]) -> None:
    assert_same(same_work, model, texts)


def test_headings_that_begin_at_one_word_open_the_same_section(
    same_work: SameWork, model: Path
) -> None:
    names = " ".join(RoleClassifier(model).feature_names)
    assert all(f"section:{section}" in names for section in SECTIONS)
    # Each of them is two headings, of two sections; of one the longer has the greater code, not of the other.
    headings = ("Desired skills and experience", "Bonus eligible")
    texts = [f"{heading}: {posting(role, 5)}" for heading in headings for role in TITLES]
    assert_same(same_work, model, texts)


def test_each_reason_is_given(same_work: SameWork, model: Path) -> None:
    texts = ["?!", "AI Engineer", "Wij zoeken een collega " * 5, posting("ai-first", 1)]
    texts += ["the " + "x " * others for others in (24, 25)]
    assert same_work(texts).reasons.tolist() == [1, 2, 3, 0, 0, 3]


@pytest.mark.parametrize("length", [0, 1, 255, 256, 257, 258])
def test_a_first_line_of_any_length_is_a_title_or_none(
    same_work: SameWork, model: Path, length: int
) -> None:
    text = posting("ml-first", 3)
    assert_same(same_work, model, [("AI Engineer, LLM agents " * 20)[:length] + "\n" + text])


def test_short_and_long_postings_take_turns(same_work: SameWork, model: Path) -> None:
    long = "\n".join(posting(role, seed) for role in TITLES for seed in range(200))
    most = "a b " * 100_000  # no text of this length has more words
    assert_same(
        same_work, model, ["", long, "a", posting("other", 4), most, "AI \ud800 agents", ""]
    )
    assert len(same_work._scratch._words) > len(most.split())


def test_two_roles_are_enough(training: Corpus, tmp_path: Path, same_work: SameWork) -> None:
    two = training.where(lambda p: p.role in {Role.AI_FIRST, Role.OTHER})
    model = export_beside(fit(two, Settings()), tmp_path)
    assert_same(SameWork(pipeline_of(model)), model, [posting(role, 77) for role in TITLES])


@pytest.mark.corpus
def test_real_postings_get_the_same_answers(
    same_work: SameWork, model: Path, shared_corpus: Path
) -> None:
    postings = load_corpus(shared_corpus, warn=print).postings[::20]
    texts = [f"{p.title}\n{p.text}" if p.title else p.text for p in postings]
    assert len(texts) > 200
    assert_same(same_work, model, texts)


def test_a_model_file_without_its_pipeline_is_skipped(model: Path, tmp_path: Path) -> None:
    with pytest.raises(SkippedError, match="`roleclass train` writes both"):
        pipeline_of(tmp_path / "model.onnx")


@pytest.mark.parametrize(
    "other", [Settings(max_ngrams=20), Settings(max_ngrams=50, regularisation=1)]
)
def test_the_pipeline_of_another_model_is_skipped(
    training: Corpus, model: Path, tmp_path: Path, other: Settings
) -> None:
    (tmp_path / "model.onnx").write_bytes(model.read_bytes())
    joblib.dump(fit(training, other), tmp_path / "pipeline.joblib")
    with pytest.raises(SkippedError, match="does not belong to"):
        pipeline_of(tmp_path / "model.onnx")
