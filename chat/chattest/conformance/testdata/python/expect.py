import base64
import json
from datetime import datetime, timedelta, timezone

from azure.core.exceptions import HttpResponseError

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Group(dict):
    """Checks by name: the group is a decorator that takes the name."""

    def __call__(self, name):
        def keep(check):
            self[name] = check
            return check

        return keep


def equal(got, wanted):
    assert got == wanted, f"\n   got {got!r}\nwanted {wanted!r}"


def members(thing):
    """What an object of the client's says, without the members that say nothing."""
    return {name: value for name, value in vars(thing).items() if value is not None}


def is_user(identifier, wanted):
    """Holds for the identifier of a communication user, as this client reads it."""
    equal(identifier.kind, "communication_user")
    equal(identifier.raw_id, wanted.raw_id)
    equal(identifier.properties["id"], wanted.properties["id"])


def pages(listing):
    return [list(page) for page in listing.by_page()]


def sizes(pages_):
    return [len(page) for page in pages_]


def recent(date):
    """Holds for a date of the last minute that has no fraction of a second, as the chat API writes dates."""
    assert date.tzinfo is not None, "a date without an offset"
    equal(date.microsecond, 0)
    assert abs(datetime.now(timezone.utc) - date) < timedelta(minutes=1), f"not of this minute: {date}"


def minutes_from_now(minutes, date):
    """Holds for a date that is so many minutes ahead, or a second more: tokens end with a whole second."""
    ahead = date - datetime.now(timezone.utc) - timedelta(minutes=minutes)
    assert -timedelta(minutes=1) < ahead <= timedelta(seconds=1), f"{minutes} minutes and {ahead} ahead"


def refused(call, status, kind=HttpResponseError):
    """Expects an error of the service, of this very class, and returns it."""
    try:
        result = call()
    except HttpResponseError as error:
        equal(error.status_code, status)
        equal(type(error), kind)
        return error
    raise AssertionError(f"it was not refused but answered: {result!r}")


def claims(token):
    """What a token says."""
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
