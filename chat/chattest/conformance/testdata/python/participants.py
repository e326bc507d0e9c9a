from datetime import datetime, timedelta, timezone

from azure.communication.chat import ChatParticipant, MicrosoftTeamsUserIdentifier

from expect import EPOCH, Group, equal, is_user, pages, refused, sizes
from people import people, someone_deleted

participants = Group()


@participants("adds people with a name and as much of the history as they may read")
def _():
    ana, bo, cy = people(3)
    thread = ana.new_thread("Lunch")
    thread.send_message("At noon?")
    in_a_minute = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(minutes=1)
    failed = thread.add_participants([
        ChatParticipant(identifier=bo.id, display_name="Bo", share_history_time=in_a_minute),
        ChatParticipant(identifier=cy.id, share_history_time=EPOCH),
    ])
    equal(failed, [])
    _, second, third = thread.list_participants()
    is_user(second.identifier, bo.id)
    equal((second.display_name, second.share_history_time), ("Bo", in_a_minute))
    is_user(third.identifier, cy.id)
    equal((third.display_name, third.share_history_time), (None, EPOCH))
    equal(len(list(bo.thread(thread.thread_id).list_messages())), 0)
    equal(len(list(cy.thread(thread.thread_id).list_messages())), 4)


@participants("says who could not be added")
def _():
    ana, bo = people(2)
    nobody = ChatParticipant(identifier=someone_deleted())
    thread = ana.new_thread("Lunch")
    ((who, error),) = thread.add_participants([nobody, ChatParticipant(identifier=bo.id)])
    assert who is nobody
    equal((error.code, error.message, error.target), ("404", "Not found", nobody.identifier.raw_id))
    equal(len(list(thread.list_participants())), 2)


@participants("can't be told of anybody but communication users: this client fails over them, after the others are in")
def _():
    ana, bo = people(2)
    thread = ana.new_thread("Lunch")
    teams = MicrosoftTeamsUserIdentifier("45ab2481-1c1c-4005-be24-0ffb879b1130")
    try:
        thread.add_participants([ChatParticipant(identifier=teams), ChatParticipant(identifier=bo.id)])
    except KeyError as error:
        equal(error.args, ("id",))
    else:
        raise AssertionError("it did not fail")
    equal(len(list(thread.list_participants())), 2)


@participants("lists people by pages, in the order in which they came")
def _():
    everybody = people(5)
    thread = everybody[0].new_thread("Lunch", *everybody[1:])
    list_ = pages(thread.list_participants(results_per_page=2))
    equal(sizes(list_), [2, 2, 1])
    for got, person in zip((p for page in list_ for p in page), everybody):
        is_user(got.identifier, person.id)
    rest = pages(thread.list_participants(results_per_page=2, skip=1))
    equal([p.identifier.raw_id for page in rest for p in page], [person.id.raw_id for person in everybody[1:]])


@participants("removes people, who are out")
def _():
    ana, bo = people(2)
    thread = ana.new_thread("Lunch", bo)
    bo.thread(thread.thread_id).send_message("At noon?")
    equal(thread.remove_participant(bo.id), None)
    (left,) = thread.list_participants()
    is_user(left.identifier, ana.id)
    refused(lambda: bo.thread(thread.thread_id).send_message("At one?"), 403)
