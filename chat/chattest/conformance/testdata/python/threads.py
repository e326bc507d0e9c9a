from datetime import datetime, timedelta, timezone

from azure.communication.chat import ChatParticipant

from expect import EPOCH, Group, equal, is_user, members, pages, recent, sizes
from people import Person, people, someone_deleted

threads = Group()


@threads("creates a thread with people")
def _():
    ana, bo = people(2)
    created = ana.chat.create_chat_thread("Lunch", thread_participants=[ChatParticipant(identifier=bo.id, display_name="Bo")])
    equal(created.errors, None)
    thread = created.chat_thread
    assert thread.id.startswith("19:") and thread.id.endswith("@thread.v2"), thread.id
    equal(thread.topic, "Lunch")
    recent(thread.created_on)
    is_user(thread.created_by, ana.id)

    got = ana.thread(thread.id).get_properties()
    equal((got.id, got.topic, got.created_on), (thread.id, thread.topic, thread.created_on))
    is_user(got.created_by, ana.id)
    first, second = ana.thread(thread.id).list_participants()
    is_user(first.identifier, ana.id)
    is_user(second.identifier, bo.id)
    equal((second.display_name, second.share_history_time), ("Bo", EPOCH))


@threads("creates one thread for one idempotency token")
def _():
    ana = Person()
    first, again, other = (
        ana.chat.create_chat_thread("Lunch", idempotency_token=token).chat_thread for token in ("a token of mine", "a token of mine", "another")
    )
    equal(again.id, first.id)
    equal(again.created_on, first.created_on)
    assert other.id != first.id


@threads("creates a thread without those who can't be added, of whom this client says nothing")
def _():
    ana, bo = people(2)
    participants = [ChatParticipant(identifier=who) for who in (bo.id, someone_deleted())]
    created = ana.chat.create_chat_thread("Lunch", thread_participants=participants)
    equal(created.errors, None)  # the service has told it
    equal(len(list(ana.thread(created.chat_thread.id).list_participants())), 2)


@threads("changes the topic")
def _():
    thread = Person().new_thread("Lunch")
    for topic, wanted in (("Dinner 🍲", "Dinner 🍲"), (None, "Dinner 🍲"), ("", "")):
        equal(thread.update_topic(topic), None)
        equal(thread.get_properties().topic, wanted)


@threads("lists threads by pages, the latest first")
def _():
    ana = Person()
    made = [ana.new_thread(topic).thread_id for topic in "12345"][::-1]
    list_ = pages(ana.chat.list_chat_threads(results_per_page=2))
    equal(sizes(list_), [2, 2, 1])
    equal([item.id for page in list_ for item in page], made)
    latest = members(list_[0][0])
    recent(latest.pop("last_message_received_on"))
    latest.pop("additional_properties", None)
    equal(latest, {"id": made[0], "topic": "5"})
    equal([item.id for item in ana.chat.list_chat_threads()], made)


@threads("lists threads since a time")
def _():
    ana = Person()
    ana.new_thread("Lunch")
    now, hour = datetime.now(timezone.utc), timedelta(hours=1)
    equal(list(ana.chat.list_chat_threads(start_time=now + hour)), [])
    equal(len(list(ana.chat.list_chat_threads(start_time=now - hour))), 1)


@threads("deletes a thread, which stays in the list")
def _():
    ana = Person()
    thread = ana.new_thread("Lunch")
    equal(ana.chat.delete_chat_thread(thread.thread_id), None)
    (item,) = ana.chat.list_chat_threads()
    equal((item.id, item.topic), (thread.thread_id, "Lunch"))
    recent(item.deleted_on)
    recent(item.last_message_received_on)
