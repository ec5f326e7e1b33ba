"""`Prediction`: the answer for one posting."""

from dataclasses import dataclass, field

from roleclass.roles import AnyRole


@dataclass(frozen=True, slots=True)
class Prediction:
    """The role that a posting describes, with its confidence.

    Attributes
    ----------
    role : Role or CustomRole
        The role; `Role.UNCLEAR` if the text does not allow a decision. A `CustomRole` if the model was
        trained on your own labels.
    confidence : float
        The calibrated probability of `role`, from 0 to 1; 0 if the role is unclear.
    probabilities : dict of Role to float
        The model's probability of each role that it knows; they sum to 1. Also present for an unclear
        posting, where they mean little.
    reliable : bool
        Whether `confidence` reaches the threshold of `role`, above which the model was right as
        often as its card states. False if the role is unclear.
    reason : str or None
        Why the posting is unclear; None otherwise.

    Examples
    --------
    >>> import roleclass
    >>> answer = roleclass.predict("")
    >>> answer.role, answer.reason
    (<Role.UNCLEAR: 'unclear'>, 'no readable words')
    """

    role: AnyRole
    confidence: float
    probabilities: dict[AnyRole, float] = field(hash=False)
    reliable: bool
    reason: str | None = None

    def to_dict(self) -> dict[str, object]:
        """Return the prediction as plain strings, numbers and dicts, ready for JSON.

        Examples
        --------
        >>> import roleclass
        >>> sorted(roleclass.predict("").to_dict())
        ['confidence', 'probabilities', 'reason', 'reliable', 'role']
        """
        return {
            "role": str(self.role),
            "confidence": self.confidence,
            "probabilities": {str(role): p for role, p in self.probabilities.items()},
            "reliable": self.reliable,
            "reason": self.reason,
        }
