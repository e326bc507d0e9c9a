from azure.communication.chat import ChatClient, ChatParticipant, CommunicationTokenCredential
from azure.communication.identity import CommunicationIdentityClient

import services

# What fails is to fail at once, unless a check is about trying again.
AT_ONCE = {"retry_total": 0}


def administrator(service=services.PLAIN):
    """Manages the users of a service."""
    return CommunicationIdentityClient.from_connection_string(service, **AT_ONCE)


class Person:
    """A user who chats."""

    def __init__(self, service=services.PLAIN, **options):
        self.options = options or AT_ONCE
        self.id, token = administrator(service).create_user_and_token(["chat"])
        self.token = token.token
        self.chat = chat_as(self.token, service, **self.options)

    def thread(self, thread_id):
        """The client for a thread. It does not take over what its parent was told of trying again."""
        return self.chat.get_chat_thread_client(thread_id, **self.options)

    def new_thread(self, topic, *others):
        """Makes a thread with some others, and returns the client for it."""
        created = self.chat.create_chat_thread(topic, thread_participants=[ChatParticipant(identifier=other.id) for other in others])
        return self.thread(created.chat_thread.id)


def people(n, service=services.PLAIN):
    return [Person(service) for _ in range(n)]


def chat_as(token, service=services.PLAIN, **options):
    """A chat client with a token."""
    return ChatClient(services.endpoint(service), CommunicationTokenCredential(token), **(options or AT_ONCE))


def someone_deleted():
    """The id of a user who is no more."""
    person = Person()
    administrator().delete_user(person.id)
    return person.id
