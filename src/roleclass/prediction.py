"""The answer to one posting."""

from dataclasses import dataclass, field

from roleclass.roles import AnyRole


@dataclass(frozen=True, slots=True)
class Prediction:
    """Which role a posting describes, and how sure that is.

    Attributes
    ----------
    role : Role or CustomRole
        The role; `Role.UNCLEAR` where the text lets nobody judge. An `CustomRole` where the model was
        trained on labels of your own.
    confidence : float
        The calibrated probability of `role`, from 0 to 1; 0 where the role is unclear.
    probabilities : dict of Role to float
        The model's probability of each role that it knows; they sum to 1. Present for an unclear
        posting too, where they mean little.
    reliable : bool
        Whether `confidence` reaches the threshold of `role`, above which the model was right as
        often as its card states. False where the role is unclear.
    reason : str or None
        Why the posting is unclear; None where the model answered.

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
