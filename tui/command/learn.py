"""`satchel learn`: what a newcomer to micro-credentials asks, answered for this program."""

from __future__ import annotations

from importlib import resources
from typing import Final

import click

# In reading order: topic -> the question that it answers.
TOPICS: Final[dict[str, str]] = {
    "micro-credentials": "What is a micro-credential?",
    "badges": "What is a badge, and what is inside?",
    "skills": "How are skills named so that others understand them?",
    "assessment": "How does somebody know?",
    "evidence": "What can be looked at?",
    "frameworks": "Which shared dictionaries are there?",
    "start": "Where do I start?",
    "maturity": "How does a programme grow?",
    "checking": "How do I read a verdict?",
    "glossary": "What do the words mean?",
}


def text(topic: str) -> str:
    """The page of a topic."""
    return resources.files("tui.learn").joinpath(f"{topic}.md").read_text("utf-8")


@click.command()
@click.argument("topic", required=False, type=click.Choice(tuple(TOPICS)))
def learn(topic: str | None) -> None:
    """Read about TOPIC; without one, see what there is."""
    if topic is not None:
        click.echo(text(topic), nl=False)
        return
    for name, question in TOPICS.items():
        click.echo(f"  satchel learn {name:<18} {question}")
