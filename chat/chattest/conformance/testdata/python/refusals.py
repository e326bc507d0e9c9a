from azure.communication.chat import ChatParticipant, CommunicationUserIdentifier
from azure.core.exceptions import ClientAuthenticationError, ResourceNotFoundError

import services
from expect import Group, equal, refused
from people import Person, chat_as, people

UNKNOWN_THREAD = "19:00000000000000000000000000000000@thread.v2"
NOT_ALLOWED = "The initiator doesn't have the permission to perform the requested operation."

refusals, refusals_as_documented = Group(), Group()


def as_recorded(error, code, message):
    """What the service was seen to write is not what its contract says. This client then has nothing of it but the text."""
    text = error.response.text()
    assert f'"Code": "{code}"' in text and f'"Message": "{message}"' in text, text
    model = getattr(error, "model", None)
    assert model is None or model.error is None, model


@refusals("400 for an id that can't be one")
def _():
    thread = Person().new_thread("Lunch")
    as_recorded(refused(lambda: thread.get_message("first"), 400), "BadRequest", "Value for MessageId (first) is not valid.")
    nobody = CommunicationUserIdentifier("8:acs:nobody")
    as_recorded(refused(lambda: thread.add_participants([ChatParticipant(identifier=nobody)]), 400),
                "BadRequest", "Identifier format is invalid (8:acs:nobody).")
    refused(lambda: thread.remove_participant(nobody), 400)


@refusals("401, without a word, for a token that was changed")
def _():
    header, payload, signature = Person().token.split(".")
    changed = ("B" if signature.startswith("A") else "A") + signature[1:]
    error = refused(lambda: chat_as(".".join((header, payload, changed))).create_chat_thread("Lunch"), 401, ClientAuthenticationError)
    equal(error.response.text(), "")


@refusals("403 for a thread of others")
def _():
    ana, bo = people(2)
    thread = ana.new_thread("Lunch")
    strangers, message = bo.thread(thread.thread_id), thread.send_message("At noon?")
    for call in (
        strangers.get_properties,
        lambda: strangers.send_message("Hello"),
        lambda: strangers.get_message(message.id),
        lambda: list(strangers.list_messages()),
        lambda: list(strangers.list_participants()),
        lambda: list(strangers.list_read_receipts()),
        strangers.send_typing_notification,
        lambda: bo.chat.delete_chat_thread(thread.thread_id),
    ):
        as_recorded(refused(call, 403), "Forbidden", NOT_ALLOWED)


@refusals("403 for a message of another")
def _():
    ana, bo = people(2)
    thread = ana.new_thread("Lunch", bo)
    message = thread.send_message("At noon?")
    refused(lambda: bo.thread(thread.thread_id).update_message(message.id, "At one?"), 403)
    refused(lambda: bo.thread(thread.thread_id).delete_message(message.id), 403)


@refusals("404 for a thread and a message that never were")
def _():
    ana = Person()
    as_recorded(refused(ana.thread(UNKNOWN_THREAD).get_properties, 404, ResourceNotFoundError),
                "NotFound", "The specified thread id was not found.")
    refused(lambda: ana.new_thread("Lunch").get_message("1"), 404, ResourceNotFoundError)


@refusals("404 for a thread that was deleted")
def _():
    ana = Person()
    thread = ana.new_thread("Lunch")
    ana.chat.delete_chat_thread(thread.thread_id)
    refused(thread.get_properties, 404, ResourceNotFoundError)
    refused(lambda: thread.send_message("At noon?"), 403)


@refusals("413 for a text that is too long")
def _():
    refused(lambda: Person().new_thread("Lunch").send_message("x" * (28 * 1024 + 1)), 413)


@refusals_as_documented("have a code and a message")
def _():
    ana, bo = people(2, services.DOCUMENTED)
    thread = ana.new_thread("Lunch")
    for call, status, kind, code, message in (
        (bo.thread(thread.thread_id).get_properties, 403, None, "Forbidden", NOT_ALLOWED),
        (lambda: thread.get_message("first"), 400, None, "BadRequest", "Value for MessageId (first) is not valid."),
        (ana.thread(UNKNOWN_THREAD).get_properties, 404, ResourceNotFoundError, "NotFound", "The specified thread id was not found."),
    ):
        error = refused(call, status, **({"kind": kind} if kind else {}))
        equal((error.error.code, error.error.message), (code, message))
