"""The asynchronous client has methods of its own, for which one walk through all of them is enough: it parses as the other does."""

import asyncio

from aiohttp import ClientSession  # noqa: F401: it fails here where it is missing
from azure.communication.chat import ChatMessageType, ChatParticipant
from azure.communication.chat.aio import ChatClient, CommunicationTokenCredential
from azure.communication.identity.aio import CommunicationIdentityClient
from azure.core.exceptions import ClientAuthenticationError

import services
from expect import Group, equal, is_user

asynchronous = Group()


@asynchronous("goes through a life of a thread")
def _():
    asyncio.run(life())


async def life():
    async with CommunicationIdentityClient.from_connection_string(services.PLAIN, retry_total=0) as administrator:
        ana, token = await administrator.create_user_and_token(["chat"])
        bo = await administrator.create_user()
        async with ChatClient(services.endpoint(services.PLAIN), CommunicationTokenCredential(token.token), retry_total=0) as chat:
            created = await chat.create_chat_thread("Lunch")
            async with chat.get_chat_thread_client(created.chat_thread.id, retry_total=0) as thread:
                await talk(thread, ana, bo)
            equal([item.id async for item in chat.list_chat_threads(results_per_page=1)], [created.chat_thread.id])
            await chat.delete_chat_thread(created.chat_thread.id)
            await administrator.revoke_tokens(ana)
            try:
                await chat.create_chat_thread("Dinner")
            except ClientAuthenticationError as error:
                equal(error.status_code, 401)
            else:
                raise AssertionError("a revoked token was good")
        await administrator.delete_user(bo)


async def talk(thread, ana, bo):
    equal(await thread.add_participants([ChatParticipant(identifier=bo, display_name="Bo")]), [])
    sent = await thread.send_message("At noon?", sender_display_name="Ana")
    await thread.update_message(sent.id, "At one?")
    message = await thread.get_message(sent.id)
    equal((message.type, message.content.message, message.sender_display_name), (ChatMessageType.TEXT, "At one?", "Ana"))
    is_user(message.sender, ana)
    await thread.send_read_receipt(sent.id)
    equal([r.chat_message_id async for r in thread.list_read_receipts(results_per_page=1)], [sent.id])
    await thread.send_typing_notification()
    await thread.update_topic("Dinner")
    equal((await thread.get_properties()).topic, "Dinner")
    await thread.remove_participant(bo)
    equal([p.identifier.raw_id async for p in thread.list_participants(results_per_page=1)], [ana.raw_id])
    await thread.delete_message(sent.id)
    kinds = [m.type async for m in thread.list_messages(results_per_page=2)]
    equal(kinds[:3], [ChatMessageType.TEXT, ChatMessageType.PARTICIPANT_REMOVED, ChatMessageType.TOPIC_UPDATED])
