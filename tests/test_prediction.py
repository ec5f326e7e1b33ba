"""`Prediction` is a value."""

import dataclasses
import json

import pytest

import roleclass
from roleclass import Prediction, Role


def test_it_is_frozen_hashable_and_compares_by_value() -> None:
    one = Prediction(Role.OTHER, 0.8, {Role.OTHER: 0.8, Role.AI_FIRST: 0.2}, reliable=True)
    same = Prediction(Role.OTHER, 0.8, {Role.OTHER: 0.8, Role.AI_FIRST: 0.2}, reliable=True)
    assert one == same
    assert hash(one) == hash(same)
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.role = Role.AI_FIRST  # type: ignore[misc]


def test_its_dict_is_plain_json() -> None:
    answer = roleclass.predict(
        "Build agents and evaluate large language models with the team, you and us."
    )
    content = answer.to_dict()
    assert json.loads(json.dumps(content)) == content
    assert content["role"] == answer.role
