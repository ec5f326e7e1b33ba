"""What `RoleClassifier` promises: answers, order, memory, threads, forks, errors."""

import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnx
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import roleclass
from roleclass import Role, RoleClassifier
from roleclass.engine.model_file import default_model
from roleclass.text import MAX_BYTES
from tests.written import TITLES, posting

POSTINGS = [posting(role, seed) for seed in range(40) for role in TITLES]


@pytest.fixture(scope="module")
def classifier() -> RoleClassifier:
    classifier = RoleClassifier()
    classifier.predict("Loads the model.")
    return classifier


def test_module_functions_are_one_classifier_that_loads_its_model_once(
    classifier: RoleClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    roleclass.predict("Loads the model, if nothing did before.")
    monkeypatch.delattr("roleclass.engine.model_file.load_model")
    text, title, many = POSTINGS[0], "Baker", POSTINGS[:3]
    for name in ("predict", "read", "problems", "explain"):
        of_package = getattr(roleclass, name)(text, title)
        assert of_package == getattr(classifier, name)(text, title)
    for name in ("predict_many", "read_many"):
        of_package = getattr(roleclass, name)(many, threads=2)
        assert list(of_package) == list(getattr(classifier, name)(many))
    np.testing.assert_array_equal(roleclass.predict_proba(many), classifier.predict_proba(many))
    table = pa.table({"text": many})
    assert roleclass.score_dataset(table) == classifier.score_dataset(table)


@pytest.mark.parametrize("role", TITLES)
def test_clear_postings_get_their_role(classifier: RoleClassifier, role: str) -> None:
    texts = [posting(role, seed) for seed in range(20)]
    answers = [answer.role for answer in classifier.predict_many(texts)]
    assert answers.count(Role(role)) >= 18


def test_probabilities_are_of_all_roles_and_sum_to_one(classifier: RoleClassifier) -> None:
    answer = classifier.predict(POSTINGS[0])
    assert tuple(answer.probabilities) == classifier.roles
    assert sum(answer.probabilities.values()) == pytest.approx(1, abs=1e-6)
    assert answer.confidence == max(answer.probabilities.values())


def test_reliable_means_that_the_threshold_of_the_role_is_reached(
    classifier: RoleClassifier,
) -> None:
    metadata = {p.key: p.value for p in onnx.load(default_model()).metadata_props}
    thresholds = dict(
        zip(classifier.roles, json.loads(metadata["roleclass.thresholds"]), strict=True)
    )
    # Half one role and half another: of some of these nobody is sure.
    mixed = [one + other for one, other in pairwise(POSTINGS)]
    answers = list(classifier.predict_many(POSTINGS + mixed))
    for answer in answers:
        assert answer.reliable == (answer.confidence >= thresholds[answer.role])
    assert {answer.reliable for answer in answers} == {True, False}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no readable words"),
        ("\n\t \u4f60\u597d", "no readable words"),
        ("AI Engineer", "too few words"),
        ("Wij zoeken een ervaren collega voor ons team in Utrecht, die graag met taalmodellen werkt.",
         "not English prose"),
        ("\0" * 1000, "no readable words"),
        ("x " * (MAX_BYTES // 2 + 1), "larger than 16 MiB"),
    ],
)  # fmt: skip
def test_text_that_nobody_could_judge_is_unclear_with_the_reason(
    classifier: RoleClassifier, text: str, reason: str
) -> None:
    answer = classifier.predict(text)
    assert (answer.role, answer.reason) == (Role.UNCLEAR, reason)
    assert (answer.confidence, answer.reliable) == (0.0, False)
    assert sum(answer.probabilities.values()) == pytest.approx(1, abs=1e-6)


def test_a_posting_of_ten_megabytes_is_read_to_its_end(classifier: RoleClassifier) -> None:
    # Its last line alone makes it English: at 10 MB nothing is cut off.
    text = "kubernetes " * 900_000
    assert classifier.predict(text).reason == "not English prose"
    assert (
        classifier.predict(text + "the and with you your " * 40_000).reason != "not English prose"
    )


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_long_postings_leave_no_memory_behind_and_take_it_one_after_another() -> None:
    # Not `getrusage`: its peak is also that of the process that started this one.
    script = (
        "import roleclass\n"
        "def memory(what):\n"
        "    [line] = [line for line in open('/proc/self/status') if line.startswith(what)]\n"
        "    return int(line.split()[1]) // 1024\n"
        "text = 'We design the agents and you will build them. ' * 180_000\n"  # 8 MB
        "roleclass.predict('Warms up.')\n"
        "before = memory('VmRSS'); roleclass.predict(text); print(memory('VmRSS') - before)\n"
        "for _ in roleclass.predict_many([text] * 4, threads=4): pass\n"
        "print(memory('VmHWM') - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, check=True
    )
    left, peak = map(int, done.stdout.split())
    assert left < 60  # MB; without care it is 500
    # One takes 230, all four at a time would take 900; each thread's store keeps some 60.
    assert peak < 500


def test_lone_surrogates_and_nul_separate_words(classifier: RoleClassifier) -> None:
    text = POSTINGS[0]
    # In UTF-8 a lone surrogate is a question mark, which may end a line.
    assert classifier.predict(text.replace(" ", "\ud800")).role == classifier.predict(text).role
    assert classifier.predict(text.replace(" ", "\0")) == classifier.predict(text)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text(max_size=80), max_size=6))
def test_any_text_has_an_answer_and_neighbours_do_not_change_it(
    classifier: RoleClassifier, texts: list[str]
) -> None:
    together = classifier.predict_proba(texts)
    assert together.shape == (len(texts), 4)
    assert together.dtype == np.float32
    for text, row in zip(texts, together, strict=True):
        np.testing.assert_allclose(classifier.predict_proba([text])[0], row, atol=1e-5)


def test_upper_case_changes_nothing(classifier: RoleClassifier) -> None:
    assert classifier.predict(POSTINGS[1].upper()) == classifier.predict(POSTINGS[1])


def test_title_counts(classifier: RoleClassifier) -> None:
    text = POSTINGS[0]
    with_title = classifier.predict(text, title="Payroll Accountant")
    assert with_title != classifier.predict(text)
    assert with_title == next(classifier.predict_many([text], ["Payroll Accountant"]))


@pytest.mark.parametrize("threads", [1, 3])
def test_predict_many_keeps_the_order_across_chunks(
    classifier: RoleClassifier, threads: int
) -> None:
    texts = [POSTINGS[i % len(POSTINGS)] + " and more" * (i % 7) for i in range(1500)]
    expected = [classifier.predict(text).role for text in texts[:160]]
    answers = [answer.role for answer in classifier.predict_many(texts, threads=threads)]
    assert len(answers) == 1500
    assert answers[:160] == expected


@pytest.mark.parametrize("threads", [1, 2])
def test_predict_many_reads_ahead_a_bounded_number_of_postings(
    classifier: RoleClassifier, threads: int
) -> None:
    read = 0

    def endless() -> Iterator[str]:
        nonlocal read
        while True:
            read += 1
            yield POSTINGS[read % len(POSTINGS)]

    answers = classifier.predict_many(endless(), threads=threads)
    for _ in range(3):
        next(answers)
    assert read <= 512 * (threads + 2)


@pytest.mark.parametrize("threads", [1, 4])
def test_all_that_came_before_a_failure_are_answered_before_it_is_raised(
    classifier: RoleClassifier, threads: int
) -> None:
    def texts() -> Iterator[str]:
        for i in range(1500):
            yield POSTINGS[i % len(POSTINGS)]
        raise OSError("the disk")

    answers = classifier.predict_many(texts(), threads=threads)
    expected = [classifier.predict(text).role for text in POSTINGS]
    for i in range(1500):
        assert next(answers).role == expected[i % len(POSTINGS)]
    with pytest.raises(OSError, match="the disk"):
        next(answers)
    many: list[object] = [*POSTINGS, None]
    answers = classifier.predict_many(many, threads=threads)  # type: ignore[arg-type]
    assert [next(answers).role for _ in POSTINGS] == expected
    with pytest.raises(TypeError, match=rf"texts\[{len(POSTINGS)}\]"):
        next(answers)


def test_no_postings_give_no_predictions(classifier: RoleClassifier) -> None:
    assert list(classifier.predict_many([])) == []
    assert classifier.predict_proba([]).shape == (0, 4)


@pytest.mark.parametrize(
    ("value", "advice"),
    [
        (b"text", "text .*string.*bytes; .*decode"),
        (None, "text .*string.*NoneType; .*missing"),
        (float("nan"), "text .*string.*float; .*missing"),
        (["a", "b"], "text .*string.*list; .*predict_many"),
        (7, r"text .*string.*int; .*str\(\)"),
    ],
)
def test_a_wrong_type_says_what_to_do_instead(
    classifier: RoleClassifier, value: object, advice: str
) -> None:
    with pytest.raises(TypeError, match=advice):
        classifier.predict(value)  # type: ignore[arg-type]


def test_a_wrong_item_is_named_by_its_place(classifier: RoleClassifier) -> None:
    with pytest.raises(TypeError, match=r"texts\[1\] .*string.*NoneType"):
        list(classifier.predict_many(["fine", None]))  # type: ignore[list-item]
    with pytest.raises(TypeError, match=r"titles\[0\] .*string.*int"):
        list(classifier.predict_many(["fine"], [3]))  # type: ignore[list-item]
    with pytest.raises(TypeError, match=r"title .*string.*int"):
        classifier.predict("fine", title=3)  # type: ignore[arg-type]


def test_a_single_string_is_refused_before_anything_is_scored(classifier: RoleClassifier) -> None:
    for name in ("predict_many", "predict_proba", "read_many"):
        with pytest.raises(TypeError, match=r"single str; .*list"):
            getattr(classifier, name)("one posting")
    with pytest.raises(TypeError, match=r"titles .*str"):
        classifier.predict_many(["text"], "AI Engineer")


@pytest.mark.parametrize("titles", [["one"], ["one", "two", "three"]])
def test_titles_must_be_as_many_as_texts(classifier: RoleClassifier, titles: list[str]) -> None:
    with pytest.raises(ValueError, match=rf"titles.*texts.* after {min(len(titles), 2)}\b"):
        list(classifier.predict_many(["a", "b"], titles))


def test_threads_must_be_positive(classifier: RoleClassifier) -> None:
    with pytest.raises(ValueError, match=r"threads .*1.*0"):
        classifier.predict_many(["a"], threads=0)


def test_threads_may_share_one_classifier(classifier: RoleClassifier) -> None:
    fresh = RoleClassifier()
    expected = [answer.role for answer in classifier.predict_many(POSTINGS)]
    results: list[list[Role]] = []
    workers = [
        threading.Thread(target=lambda: results.append([fresh.predict(t).role for t in POSTINGS]))
        for _ in range(6)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert results == [expected] * 6


def test_it_survives_pickling_before_and_after_it_was_loaded() -> None:
    classifier = RoleClassifier()
    unloaded = pickle.loads(pickle.dumps(classifier))
    expected = classifier.predict(POSTINGS[0])
    loaded = pickle.loads(pickle.dumps(classifier))
    assert unloaded.predict(POSTINGS[0]) == loaded.predict(POSTINGS[0]) == expected


def test_a_function_that_a_pool_unpickles_for_each_task_does_not_load_the_model_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = roleclass.predict(POSTINGS[0])
    monkeypatch.setattr("roleclass.engine.model_file.load_model", None)
    assert pickle.loads(pickle.dumps(roleclass.predict))(POSTINGS[0]) == expected


FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")


@FORKS
@pytest.mark.parametrize("delay", [0.0, 0.02, 0.05, 0.1, 0.2])
def test_a_child_answers_that_was_forked_while_another_thread_made_its_first_prediction(
    delay: float,
) -> None:
    script = (
        "import os, signal, threading, time, roleclass\n"
        "thread = threading.Thread(target=roleclass.predict, args=('Build agents.',))\n"
        f"thread.start(); time.sleep({delay})\n"
        "if os.fork() == 0:\n"
        "    signal.alarm(60)\n"
        "    print(roleclass.predict('').reason, flush=True)\n"
        "    if os.fork() == 0:\n"
        "        signal.alarm(60)\n"
        "        print(roleclass.predict('').reason, flush=True)\n"
        "        os._exit(0)\n"
        "    os._exit(os.waitstatus_to_exitcode(os.wait()[1]))\n"
        "code = os.waitstatus_to_exitcode(os.wait()[1])\n"
        "thread.join(); raise SystemExit(code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "no readable words\n" * 2), done.stderr


@FORKS
def test_a_child_that_goes_on_with_its_parents_generator_is_answered_or_told(
    classifier: RoleClassifier,
) -> None:
    for threads in (1, 2):
        answers = classifier.predict_many(POSTINGS * 20, threads=threads)
        expected = next(answers)
        with warnings.catch_warnings(action="ignore"):
            child = os.fork()
        if child == 0:  # pragma: no cover  (another process, which must not go on with the tests)
            signal.alarm(60)
            right = False
            try:
                right = sum(1 for _ in answers) == 20 * len(POSTINGS) - 1
            except RuntimeError as error:
                right = "in the child" in str(error)
            finally:
                os._exit(0 if right else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert [expected, *answers][:: len(POSTINGS)] == [expected] * 20


def test_predicting_imports_numpy_and_onnxruntime_only() -> None:
    script = (
        "import sys, roleclass; roleclass.predict('Build agents.');"
        "names = 'sklearn skl2onnx onnx datasets scipy click rich jinja2 markupsafe joblib'.split();"
        "print(sorted(set(names) & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_predicting_and_explaining_unpickle_nothing() -> None:
    script = (
        "import pickle, _pickle, roleclass\n"
        "def refuse(*_, **__): raise AssertionError('unpickled')\n"
        "for module in (pickle, _pickle): module.load = module.loads = module.Unpickler = refuse\n"
        "answer = roleclass.predict('You will build agents with our team and test the LLM prompts.')\n"
        "why = roleclass.explain('You will build agents with our team and test the LLM prompts.')\n"
        "roleclass.problems('You will build agents.'); print(answer.role, why.role)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["ai-first", "ai-first"]


def test_importing_roleclass_does_not_load_onnxruntime() -> None:
    script = "import sys, roleclass; print('onnxruntime' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_repr_names_the_file() -> None:
    assert repr(RoleClassifier("m.onnx")) == "RoleClassifier('m.onnx')"
