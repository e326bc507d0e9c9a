from expect import Group, equal, is_user, pages, recent, sizes
from people import Person, people

receipts = Group()


@receipts("sends and lists read receipts by pages")
def _():
    everybody = people(3)
    thread = everybody[0].new_thread("Lunch", *everybody[1:])
    message = thread.send_message("At noon?")
    for person in everybody:
        equal(person.thread(thread.thread_id).send_read_receipt(message.id), None)
    list_ = pages(thread.list_read_receipts(results_per_page=2))
    equal(sizes(list_), [2, 1])
    for receipt, person in zip((r for page in list_ for r in page), everybody):
        is_user(receipt.sender, person.id)
        equal(receipt.chat_message_id, message.id)
        recent(receipt.read_on)
    equal(len(list(thread.list_read_receipts(skip=1))), 2)


@receipts("keeps the last receipt of each")
def _():
    thread = Person().new_thread("Lunch")
    for text in "12":
        last = thread.send_message(text)
        thread.send_read_receipt(last.id)
    equal([receipt.chat_message_id for receipt in thread.list_read_receipts()], [last.id])


@receipts("says that someone types, with a name and without")
def _():
    thread = Person().new_thread("Lunch")
    equal(thread.send_typing_notification(), None)
    equal(thread.send_typing_notification(sender_display_name="Ana"), None)
