"""Postings written for the tests: sentences by role, put together by a seeded generator."""

import random
from collections.abc import Iterable, Iterator
from typing import Any

OPENING = (
    "We are a small company by the sea and we like our work.",
    "Our team of forty people serves customers in nine countries.",
    "Founded in a garage, we still keep the garage and the kettle in it.",
    "You will join a friendly team that reviews its work every week.",
    "This is a permanent position with a fair salary and real holidays.",
)

DUTIES = {
    "ai-first": (
        "Design and build LLM agents that call tools and plan several steps.",
        "Own the RAG pipeline: chunking, embeddings, vector search and re-ranking.",
        "Write prompts, measure hallucinations and add guardrails to every answer.",
        "Fine-tune open large language models and compare them with GPT-4 and Claude.",
        "Build evaluation suites for generative AI features and ship the winners.",
        "Integrate OpenAI and Anthropic APIs with LangChain and LangGraph.",
    ),
    "ai-support": (
        "Run the GPU clusters and Kubernetes platform on which the AI teams train.",
        "Build data pipelines with Spark and Airflow that feed the machine learning teams.",
        "Sell our AI platform to enterprise customers and close the contracts.",
        "Keep the MLOps tooling, CI/CD and monitoring of the model platform reliable.",
        "Support customers who use our AI product and teach them its features.",
        "Automate the infrastructure for AI workloads with Terraform and Go.",
    ),
    "ml-first": (
        "Train gradient boosting and regression models for demand forecasting.",
        "Build recommendation and ranking models with PyTorch and scikit-learn.",
        "Develop computer vision models that find faults on the assembly line.",
        "Engineer features, tune hyperparameters and validate predictive models.",
        "Deploy deep learning models for fraud detection and watch their drift.",
        "Apply statistical modelling and time series methods to sensor data.",
    ),
    "other": (
        "Prepare the monthly payroll, reconcile accounts and file tax returns.",
        "Answer the telephone, greet visitors and keep the calendar in order.",
        "Build web pages with React and write the REST services behind them.",
        "Drive the delivery van and load it with care in the morning.",
        "Make dashboards in Excel and Tableau for the sales department.",
        "Nurse patients on the night shift and keep their records up to date.",
    ),
}

TITLES = {
    "ai-first": ("AI Engineer", "Applied AI Engineer", "Agent Engineer"),
    "ai-support": ("AI Platform Engineer", "AI Sales Engineer", "Data Engineer, AI"),
    "ml-first": ("Machine Learning Engineer", "Data Scientist", "Computer Vision Engineer"),
    "other": ("Accountant", "Web Developer", "Nurse"),
}


def posting(role: str, seed: int) -> str:
    """One posting of a role; the same seed gives the same text."""
    rng = random.Random(f"{role}/{seed}")
    sentences = rng.sample(OPENING, 2) + rng.sample(DUTIES[role], 3)
    return "\n".join([sentences[0], "What you will do:", *sentences[2:], sentences[1]])


def corpus_rows(per_role: int, *, dev_share: float = 0.25) -> Iterator[dict[str, Any]]:
    """Rows of a labelled corpus, in the layout of the Parquet files."""
    for role, titles in TITLES.items():
        for i in range(per_role):
            yield {
                "id": f"{role}-{i}",
                "title": titles[i % len(titles)],
                "company": f"company {i % 12}",
                "date": f"202{i % 7}-05-01",
                "description": posting(role, i),
                "role": role,
                "confidence": 1 + i % 3,
                "runner_up": None,
                "agreed": True,
                "split": "dev" if i < per_role * dev_share else "train",
                "published_label": role if role != "other" else "unknown",
            }


WORKS = {"ai-first": "genai", "ai-support": "near-ai", "ml-first": "ml", "other": "none"}
AREAS = {
    "ai-first": "building",
    "ai-support": "infrastructure",
    "ml-first": "classical-ml",
    "other": "none",
}
_ROLE_OF = {duty: role for role, duties in DUTIES.items() for duty in duties}


def line_rows(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Labels of the lines of written postings, in the layout of ``lines.parquet``."""
    for row in rows:
        start = 0
        for line in row["description"].split("\n"):
            role = _ROLE_OF.get(line)
            part = "duty" if role else "company" if line in OPENING else "other"
            yield {
                "id": row["id"],
                "start": start,
                "end": start + len(line),
                "part": part,
                "work": WORKS[role] if role else "none",
                "area": AREAS[role] if role else "",
                "area_labelled": True,
                "reader": 1,
                "split": row["split"],
            }
            start += len(line) + 1


OWN_DUTIES = {
    "frontend": (
        "Write React components, their styles and their tests in TypeScript.",
        "Turn the designers' screens into accessible HTML and CSS.",
        "Measure how fast pages paint in the browser and make them faster.",
        "Keep the design system and its storybook in order.",
    ),
    "backend": (
        "Write REST services in Go and keep their latency low.",
        "Design the schema of our PostgreSQL database and tune its queries.",
        "Move the message queues to Kafka without losing an order.",
        "Carry the pager for the payment service one week in six.",
    ),
    "other": DUTIES["other"],
}


def own_rows(per_role: int) -> Iterator[dict[str, Any]]:
    """Rows of a corpus with labels that are not the package's."""
    for role, sentences in OWN_DUTIES.items():
        for i in range(per_role):
            rng = random.Random(f"own {role}/{i}")
            yield {
                "id": f"{role}-{i}",
                "title": "Software Engineer",
                "company": f"company {i % 8}",
                "description": "\n".join(rng.sample(OPENING, 2) + rng.sample(sentences, 2)),
                "role": role,
                "split": "dev" if i % 4 == 0 else "train",
            }
