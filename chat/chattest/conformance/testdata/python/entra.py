import time

from azure.communication.identity import CommunicationIdentityClient
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError

import services
from expect import Group, claims, equal, refused
from people import AT_ONCE, administrator, chat_as

# What the service was told of: a person's token and the application it was asked for, and an application's.
PERSON, APPLICATION = "token-of-a-person", "token-of-an-application"
OBJECT_ID, APP_ID = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"

entra = Group()


class Credential:
    """What azure.identity would have."""

    def __init__(self, token):
        self.token = token

    def get_token(self, *scopes, **_):
        equal(scopes, ("https://communication.azure.com//.default",))
        return AccessToken(self.token, int(time.time()) + 3600)


@entra("manages users with the token of an application")
def _():
    application = CommunicationIdentityClient(services.endpoint(services.ENTRA), Credential(APPLICATION), **AT_ONCE)
    _, token = application.create_user_and_token(["chat"])
    equal(list(chat_as(token.token, services.ENTRA).list_chat_threads()), [])
    nobody = CommunicationIdentityClient(services.endpoint(services.ENTRA), Credential("another"), **AT_ONCE)
    refused(nobody.create_user, 401, ClientAuthenticationError)


@entra("exchanges the token of a person for one to call with")
def _():
    token = administrator(services.ENTRA).get_token_for_teams_user(PERSON, APP_ID, OBJECT_ID).token
    equal(claims(token)["skypeid"], "orgid:" + OBJECT_ID)
    equal(claims(token)["acsScope"], "voip")
