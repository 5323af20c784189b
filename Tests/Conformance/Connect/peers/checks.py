"""The list of cases, how one of them runs, and what it may assert."""

import asyncio
import inspect
import time
import traceback

ALL = []


class Case:
    """One exchange with a place: `body(place)`, or `body(place, item)` where it is one of many."""

    def __init__(self, group, title, place, body, arguments):
        self.group, self.title, self.place = group, title, place
        self.body, self.arguments = body, arguments

    @property
    def name(self):
        return f"{self.group} [{self.place}] {self.title}"

    def run(self, places):
        """Why it failed, or None. Whatever it is, the other cases are of interest too."""
        try:
            result = self.body(places[self.place], *self.arguments)
            if inspect.isawaitable(result):
                asyncio.run(asyncio.wait_for(result, 30))
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            text = " ".join(str(error).split())[:400]
            return f"{type(error).__name__} in {where.name}:{where.lineno}: {text}"
        return None


def group(name):
    """A decorator for the cases of a group.

    `on` names the places, each of which makes a case; so does each of `each`, whose parts fill the
    braces of the title.
    """
    def case(title, *, on, each=None):
        def add(body):
            for place in on:
                for item in [None] if each is None else each:
                    labels = item if isinstance(item, tuple) else (item,)
                    arguments = [] if each is None else [item]
                    ALL.append(Case(name, title.format(*labels), place, body, arguments))
            return body
        return add
    return case


def equal(what, found, expected):
    if found != expected:
        raise AssertionError(f"{what} is {short(found)}, not {short(expected)}")


def among(what, found, *expected):
    if found not in expected:
        raise AssertionError(f"{what} is {short(found)}, not one of {expected}")


def holds(what, truth, *shown):
    if not truth:
        raise AssertionError(" ".join([f"{what}: no", *map(short, shown)]))


def short(value):
    text = repr(value)
    return text if len(text) < 200 else f"{text[:200]}…"


class Stopwatch:
    def __enter__(self):
        self.start = time.monotonic()
        return self

    def __exit__(self, *_):
        self.seconds = time.monotonic() - self.start
