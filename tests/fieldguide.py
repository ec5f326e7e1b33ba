"""Files as the AI Engineering Field Guide keeps them, written for the tests."""

WELL_FORMED = """\
job_id: {id}
title: AI Engineer
company: Harbour Mutual
location: Lisbon, PRT
level: Mid level
skills:
  - Python
description: |
  Build the assistant.

  - Evaluate its answers.
industries:
  - Insurance
posted_date: 2026-01-28
"""

STRUCTURED = "position:\n  ai_type:\n    type: ai-support\n"
