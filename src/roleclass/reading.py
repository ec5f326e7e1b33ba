"""What a posting says, line by line."""

from typing import Final

PARTS: Final = ("company", "duty", "requirement", "nice-to-have", "other")
"""What a line can be in a posting."""

WORKS: Final = ("genai", "ml", "near-ai", "ai-user", "ai-topic", "none")
"""Which work a line can speak of."""

AREAS: Final = (
    "building", "productionizing", "evaluation", "provider-apis", "rag", "data", "collaboration",
    "infrastructure", "agents", "customers", "frontend", "research", "optimization", "fine-tuning",
    "self-hosting", "security", "classical-ml", "none",
)  # fmt: skip
"""The problem areas of a duty; the first sixteen are those of the taxonomy."""
