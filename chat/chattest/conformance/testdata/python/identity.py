import re
from base64 import b64encode
from datetime import datetime, timedelta, timezone

from azure.communication.chat import CommunicationTokenCredential
from azure.communication.chat import CommunicationUserIdentifier
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError

import services
from expect import Group, claims, equal, minutes_from_now, refused
from people import Person, administrator, chat_as

GUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
USER_ID = re.compile(f"8:acs:{GUID}_{GUID}")

identity = Group()


def read(expires_on):
    """This client leaves the end of a token as the text that it has received, for all that its type says. The service writes up to
    seven digits of a second, one more than the language reads everywhere."""
    assert isinstance(expires_on, str), f"{expires_on!r} is no text"
    end, offset = re.fullmatch(r"(.{19})(?:\.\d{1,7})?(\+00:00)", expires_on).groups()
    return datetime.fromisoformat(end + offset)


@identity("creates a user")
def _():
    user = administrator().create_user()
    assert USER_ID.fullmatch(user.properties["id"]), user.properties
    equal(user.raw_id, user.properties["id"])


@identity("creates a user with a token of a day")
def _():
    user, token = administrator().create_user_and_token(["chat", "voip"])
    minutes_from_now(24 * 60, read(token.expires_on))
    equal("8:" + claims(token.token)["skypeid"], user.raw_id)
    equal(claims(token.token)["acsScope"], "chat,voip")


@identity("issues a token that the credential of the chat client reads")
def _():
    user = administrator().create_user()
    token = administrator().get_token(user, ["chat"], token_expires_in=timedelta(minutes=60))
    minutes_from_now(60, read(token.expires_on))
    kept = CommunicationTokenCredential(token.token).get_token()
    equal(kept.token, token.token)
    minutes_from_now(60, datetime.fromtimestamp(kept.expires_on, timezone.utc))


@identity("issues no token that has a character of the URL alphabet in its payload, which the credential can't read")
def _():
    for _ in range(30):
        _, token = administrator().create_user_and_token(["chat", "voip"])
        assert not set("-_") & set(token.token.split(".")[1]), token.token
        CommunicationTokenCredential(token.token)


@identity("refuses lifetimes that are too short or too long")
def _():
    for minutes in (59, 1441):
        error = refused(lambda m=minutes: administrator().create_user_and_token(["chat"], token_expires_in=timedelta(minutes=m)), 400)
        equal(error.error.code, "ValidationError")
        equal(error.error.message, f"ExpiresInMinutes value {minutes} is invalid. Value must be within the [60, 1440] interval.")


@identity("refuses a token without scopes")
def _():
    user = administrator().create_user()
    equal(refused(lambda: administrator().get_token(user, []), 400).error.code, "ValidationError")


@identity("revokes the tokens there are, and not those to come")
def _():
    person = Person()
    administrator().revoke_tokens(person.id)
    refused(lambda: list(person.chat.list_chat_threads()), 401, ClientAuthenticationError)
    fresh = administrator().get_token(person.id, ["chat"])
    equal(list(chat_as(fresh.token).list_chat_threads()), [])


@identity("deletes a user, and tokens end")
def _():
    person = Person()
    administrator().delete_user(person.id)
    refused(lambda: list(person.chat.list_chat_threads()), 401, ClientAuthenticationError)
    equal(refused(lambda: administrator().get_token(person.id, ["chat"]), 401, ClientAuthenticationError).error.code, "IdentityNotOwned")


@identity("refuses a user of another resource")
def _():
    stranger = CommunicationUserIdentifier("8:acs:5b0c2f6e-7a41-4d39-9c58-0e1f2a3b4c5d_0000002a-e8e1-3698-a1b2-c3d4e5007101")
    for call in (
        lambda: administrator().get_token(stranger, ["chat"]),
        lambda: administrator().revoke_tokens(stranger),
        lambda: administrator().delete_user(stranger),
    ):
        error = refused(call, 401, ClientAuthenticationError)
        equal(error.error.code, "IdentityNotOwned")
        equal(error.error.message, "Provided identity doesn't belong to the resource.")


@identity("refuses a wrong key")
def _():
    wrong = services.PLAIN.split(";")[0] + ";accesskey=" + b64encode(b"another key").decode()
    equal(refused(lambda: administrator(wrong).create_user(), 401, ClientAuthenticationError).error.code, "Denied")


@identity("refuses a token of Entra that it does not know")
def _():
    ids = ("5b0c2f6e-7a41-4d39-9c58-0e1f2a3b4c5d", "5b0c2f6e-7a41-4d39-9c58-0e1f2a3b4c5e")
    error = refused(lambda: administrator().get_token_for_teams_user("not.a.token", *ids), 401, ClientAuthenticationError)
    equal(error.error.code, "InvalidAccessToken")
