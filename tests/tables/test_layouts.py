"""Layouts that interfaces and programs give are known, and read without a question."""

import json
from pathlib import Path
from typing import Any

import pytest

from roleclass.report.source import PostingTables
from roleclass.tables import layouts
from roleclass.tables.columns import OTHERS

TEXT = "You will design LLM agents."

# One posting of each, as small as it can be and still be one.
DOCUMENTS: dict[str, Any] = {
    "Greenhouse": {
        "jobs": [
            {
                "absolute_url": "u",
                "title": "Cook",
                "content": TEXT,
                "location": {"name": "Oslo"},
                "updated_at": "2025-01-02",
            }
        ]
    },
    "Lever": [
        {
            "id": "a",
            "text": "Cook",
            "categories": {"location": "Oslo", "team": "Kitchen"},
            "lists": [{"text": "Duties", "content": TEXT}],
            "createdAt": 1735776000000,
            "descriptionPlain": "Hello.",
        }
    ],
    "Ashby": {
        "apiVersion": "1",
        "jobs": [
            {
                "title": "Cook",
                "jobUrl": "u",
                "descriptionHtml": f"<p>{TEXT}",
                "descriptionPlain": TEXT,
                "location": "Oslo",
                "publishedAt": "2025-01-02",
            }
        ],
    },
    "Workable": {
        "name": "Acme",
        "description": "We sell shoes.",
        "jobs": [
            {
                "title": "Cook",
                "shortcode": "A1",
                "description": TEXT,
                "city": "Oslo",
                "published_on": "2025-01-02",
            }
        ],
    },
    "SmartRecruiters": {
        "content": [
            {
                "name": "Cook",
                "jobAd": {"sections": {"jobDescription": {"title": "Job", "text": TEXT}}},
                "location": {"city": "Oslo"},
                "releasedDate": "2025-01-02",
            }
        ]
    },
    "Workday": {
        "jobPostingInfo": {
            "title": "Cook",
            "jobDescription": TEXT,
            "location": "Oslo",
            "startDate": "2025-01-02",
        },
        "hiringOrganization": {"name": "Acme"},
    },
    "Recruitee": {
        "offers": [
            {
                "title": "Cook",
                "careers_url": "u",
                "description": TEXT,
                "location": "Oslo",
                "published_at": "2025-01-02",
            }
        ]
    },
    "JSON-LD JobPosting": {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "title": "Cook",
        "description": TEXT,
        "jobLocation": {"@type": "Place", "address": {"addressLocality": "Oslo"}},
        "datePosted": "2025-01-02",
    },
    "USAJOBS": {
        "SearchResult": {
            "SearchResultItems": [
                {
                    "MatchedObjectId": "1",
                    "MatchedObjectDescriptor": {
                        "PositionTitle": "Cook",
                        "PositionLocationDisplay": "Oslo",
                        "PublicationStartDate": "2025-01-02",
                        "UserArea": {"Details": {"JobSummary": "Hello.", "MajorDuties": [TEXT]}},
                    },
                }
            ]
        }
    },
    "The Muse": {
        "results": [
            {
                "contents": TEXT,
                "name": "Cook",
                "levels": [{"name": "Mid"}],
                "locations": [{"name": "Oslo"}],
                "publication_date": "2025-01-02",
            }
        ]
    },
    "Elasticsearch hits": {
        "hits": {
            "hits": [
                {
                    "_id": "1",
                    "_source": {
                        "title": "Cook",
                        "description": TEXT,
                        "location": "Oslo",
                        "date": "2025-01-02",
                    },
                }
            ]
        }
    },
    "GraphQL edges": {
        "data": {
            "jobs": {"edges": [{"node": {"title": "Cook", "content": TEXT, "location": "Oslo"}}]}
        }
    },
    "Hacker News search": {
        "hits": [{"objectID": "1", "comment_text": TEXT, "created_at": "2025-01-02"}]
    },
    "Hacker News": [{"id": 1, "by": "x", "type": "comment", "text": TEXT}],
    "JobSpy": [
        {
            "job_url": "u",
            "title": "Cook",
            "description": TEXT,
            "company_description": "We sell shoes.",
            "location": "Oslo",
            "date_posted": "2025-01-02",
            "job_level": "senior",
        }
    ],
    "field guide": [
        {
            "job_id": "1",
            "title": "Cook",
            "work_type": "remote",
            "description": TEXT,
            "location": "Oslo",
            "posted_date": "2025-01-02",
        }
    ],
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_of_a_layout_is_read_and_the_layout_said(name: str, tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    path.write_text(json.dumps(DOCUMENTS[name]), "utf-8")
    said: list[str] = []
    (posting,) = PostingTables([path], warn=said.append)
    assert any(f"layout: {name}; " in message for message in said)
    assert TEXT in (posting.text or "")
    assert "shoes" not in (posting.text or "")
    bare = name.startswith("Hacker News")
    assert posting.title == (None if bare else "Cook")
    assert posting.place == (None if bare else "Oslo")
    if name not in ("Hacker News", "GraphQL edges"):
        assert posting.date == "2025-01-02"


def test_every_layout_has_a_document_and_is_known_by_its_keys_before_any_other() -> None:
    assert [layout["name"] for layout in layouts._content()["layout"]] == list(DOCUMENTS)
    for layout in layouts._content()["layout"]:
        keys = [key.partition("|")[0] for key in layout["keys"]]
        assert layouts.layout_of(keys) == layout
        assert set(layout) - {"name", "keys", "text"} <= {*OTHERS, "title"}
        assert layout["text"]


def test_no_name_stands_for_two_things() -> None:
    known = layouts.names()
    listed = [name for what in known if what != "beside" for name in known[what]]
    assert sorted(set(listed)) == sorted(listed)
    assert all(layouts.simplified(name) == name for name in listed)


def test_a_layout_is_not_taken_where_columns_are_named(tmp_path: Path) -> None:
    from roleclass.tables.options import ReadOptions

    path = tmp_path / "in.json"
    path.write_text(json.dumps(DOCUMENTS["Lever"]), "utf-8")
    options = ReadOptions(text_column="descriptionPlain", title_column="categories.team")
    (posting,) = PostingTables([path], options)
    assert (posting.title, posting.text) == ("Kitchen", "Hello.")
