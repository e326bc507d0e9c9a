from datetime import timedelta

from azure.communication.chat import ChatMessageType, ChatParticipant

from expect import EPOCH, Group, equal, is_user, pages, recent, sizes
from people import Person, people

messages = Group()


@messages("sends a text")
def _():
    ana = Person()
    thread = ana.new_thread("Lunch")
    sent = thread.send_message("At noon? 🕛")
    message = thread.get_message(sent.id)
    equal((message.id, message.version, message.sequence_id, message.type), (sent.id, sent.id, "3", ChatMessageType.TEXT))
    equal((message.content.message, message.content.topic, message.content.participants), ("At noon? 🕛", None, []))
    equal((message.sender_display_name, message.metadata, message.edited_on, message.deleted_on), ("", None, None, None))
    recent(message.created_on)
    is_user(message.sender, ana.id)


@messages("sends HTML with a name and metadata")
def _():
    thread = Person().new_thread("Lunch")
    metadata = {"hasAttachment": "true", "note": "ü"}
    sent = thread.send_message("<b>Noon</b>", chat_message_type="html", sender_display_name="Ana", metadata=metadata)
    message = thread.get_message(sent.id)
    equal((message.type, message.content.message), (ChatMessageType.HTML, "<b>Noon</b>"))
    equal((message.sender_display_name, message.metadata), ("Ana", metadata))


@messages("edits a message")
def _():
    thread = Person().new_thread("Lunch")
    sent = thread.send_message("At noon?", metadata={"a": "1", "b": "2"})
    before = thread.get_message(sent.id)
    equal(thread.update_message(sent.id, "At one?", metadata={"b": "", "c": "3"}), None)
    after = thread.get_message(sent.id)
    recent(after.edited_on)
    assert int(after.version) > int(before.version)
    equal((after.id, after.sequence_id, after.created_on), (before.id, before.sequence_id, before.created_on))
    equal((after.content.message, after.metadata), ("At one?", {"a": "1", "c": "3"}))
    thread.update_message(sent.id, "")
    equal(thread.get_message(sent.id).content.message, "")


@messages("deletes a message, which stays without its text")
def _():
    thread = Person().new_thread("Lunch")
    sent = thread.send_message("At noon?")
    equal(thread.delete_message(sent.id), None)
    message = next(thread.list_messages())
    equal((message.id, message.content.message), (sent.id, ""))
    recent(message.deleted_on)
    equal(thread.get_message(sent.id).deleted_on, message.deleted_on)


@messages("lists messages by pages, the latest version first")
def _():
    thread = Person().new_thread("Lunch")
    first, second, third = (thread.send_message(text).id for text in "123")
    thread.update_message(first, "1, edited")
    list_ = pages(thread.list_messages(results_per_page=2))
    equal(sizes(list_), [2, 2, 1])
    all_ = [message for page in list_ for message in page]
    text = ChatMessageType.TEXT
    equal([m.type for m in all_], [text, text, text, ChatMessageType.TOPIC_UPDATED, ChatMessageType.PARTICIPANT_ADDED])
    equal([m.id for m in all_[:3]], [first, third, second])
    equal([m.id for m in thread.list_messages()], [m.id for m in all_])


@messages("ends a list whose last page is full")
def _():
    thread = Person().new_thread("Lunch")
    equal(sizes(pages(thread.list_messages(results_per_page=1))), [1, 1, 0])


@messages("goes on from the link of a page")
def _():
    thread = Person().new_thread("Lunch")
    thread.send_message("At noon?")
    first = thread.list_messages(results_per_page=2).by_page()
    equal(len(list(next(first))), 2)
    rest = thread.list_messages().by_page(continuation_token=first.continuation_token)
    equal([m.type for page in rest for m in page], [ChatMessageType.PARTICIPANT_ADDED])


@messages("lists messages since a time")
def _():
    thread = Person().new_thread("Lunch")
    thread.send_message("At noon?")
    sent_on, minute = next(thread.list_messages()).created_on, timedelta(minutes=1)
    equal(list(thread.list_messages(start_time=sent_on + minute)), [])
    equal(sizes(pages(thread.list_messages(start_time=sent_on - minute, results_per_page=2))), [2, 1])


@messages("reads what the service writes about topics and people")
def _():
    ana, bo, cy = people(3)
    thread = ana.new_thread("Lunch", bo)
    thread.update_topic("Dinner")
    thread.add_participants([ChatParticipant(identifier=cy.id, display_name="Cy")])
    thread.remove_participant(cy.id)
    wanted = [
        (ChatMessageType.PARTICIPANT_ADDED, None, [(ana.id, None), (bo.id, None)]),
        (ChatMessageType.TOPIC_UPDATED, "Lunch", []),
        (ChatMessageType.TOPIC_UPDATED, "Dinner", []),
        (ChatMessageType.PARTICIPANT_ADDED, None, [(cy.id, "Cy")]),
        (ChatMessageType.PARTICIPANT_REMOVED, None, [(cy.id, "Cy")]),
    ]
    list_ = list(thread.list_messages())[::-1]
    equal([m.type for m in list_], [type_ for type_, _, _ in wanted])
    for message, (_, topic, participants) in zip(list_, wanted):
        equal(message.sender, None)
        is_user(message.content.initiator, ana.id)
        equal(message.content.topic, topic)
        equal(len(message.content.participants), len(participants))
        for got, (who, name) in zip(message.content.participants, participants):
            is_user(got.identifier, who)
            equal((got.display_name, got.share_history_time), (name, EPOCH))
