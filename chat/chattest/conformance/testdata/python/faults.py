from azure.core.exceptions import DecodeError, ServiceResponseError
from msrest.exceptions import DeserializationError

import services
from expect import Group, equal
from people import Person

faults = Group()


# The service fails once in each of the ways below, in this order.


def new_thread_of_patient():
    return Person(services.FAULTY, retry_total=3).new_thread("Lunch")


def texts(thread):
    return [message for message in thread.list_messages() if message.type.value == "text"]


@faults("tries again what was answered 429 with a delay")
def _():
    thread = new_thread_of_patient()
    thread.send_message("At noon?")
    equal(len(texts(thread)), 1)


@faults("tries again to get what was answered 429 without a delay")
def _():
    equal(list(new_thread_of_patient().list_read_receipts()), [])


@faults("tries again what was answered 503 with a delay")
def _():
    thread = new_thread_of_patient()
    thread.update_topic("Dinner")
    equal(thread.get_properties().topic, "Dinner")


@faults("does not send a message again whose answer is lost")
def _():
    thread = new_thread_of_patient()
    try:
        thread.send_message("At noon?")
    except ServiceResponseError:
        equal(len(texts(thread)), 1)
    else:
        raise AssertionError("it did not fail")


@faults("goes on behind an empty page")
def _():
    ana = Person(services.FAULTY)
    thread = ana.new_thread("Lunch")
    equal([item.id for item in ana.chat.list_chat_threads()], [thread.thread_id])


@faults("hides a refusal behind the page of a front door, with an error of another library that has no status")
def _():
    thread_id = new_thread_of_patient().thread_id
    try:
        Person(services.FAULTY).thread(thread_id).get_message("1")
    except DeserializationError as error:
        equal(str(error), "Cannot deserialize content-type: text/html")
    else:
        raise AssertionError("it did not fail")


@faults("does not read again a page whose connection broke in the middle")
def _():
    thread = new_thread_of_patient()
    try:
        list(thread.list_participants())
    except DecodeError as error:
        equal(error.response.status_code, 200)
    else:
        raise AssertionError("it did not fail")
    equal(len(list(thread.list_participants())), 1)
