import pytest

from stillwatch.marks import grammar
from stillwatch.marks.read import Reader


@pytest.fixture(scope="session")
def coding():
    return grammar.load("coding-agent")


@pytest.fixture(scope="session")
def assistant():
    return grammar.load("chat-assistant")


@pytest.fixture(scope="session")
def reader(coding):
    return Reader(coding)


@pytest.fixture(scope="session")
def thorough(coding):
    return Reader(coding, thorough=True)
