import boa
import pytest

from chain import account, deploy


@pytest.fixture(autouse=True)
def state():
    """Each test leaves the chain as it found it."""
    with boa.env.anchor():
        yield


HOLDERS = [account(f"holder {number}").address for number in range(5)]


@pytest.fixture
def token():
    return deploy("AIToken", *HOLDERS)


@pytest.fixture
def treasury():
    return HOLDERS[0]


@pytest.fixture
def holders():
    return HOLDERS
