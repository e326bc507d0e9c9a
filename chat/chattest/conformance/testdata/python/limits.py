import services
from expect import Group, equal, refused
from people import Person

limits = Group()


# The service lets pass five changes of a thread, and five notes that someone types, in ten seconds.


@limits("429 beyond the published rate, saying when to come again")
def _():
    thread = Person(services.LIMITED).new_thread("Lunch")
    for i in range(5):
        thread.update_topic(str(i))
    error = refused(lambda: thread.update_topic("5"), 429)
    assert 0 < int(error.response.headers["Retry-After"]) <= 10, error.response.headers
    equal(thread.get_properties().topic, "4")


@limits("429 for one operation, and not for another")
def _():
    thread = Person(services.LIMITED).new_thread("Lunch")
    for _ in range(5):
        thread.send_typing_notification()
    refused(thread.send_typing_notification, 429)
    thread.send_message("At noon?")
