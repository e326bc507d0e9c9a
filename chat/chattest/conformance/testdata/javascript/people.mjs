import { ChatClient } from "@azure/communication-chat";
import { AzureCommunicationTokenCredential, parseConnectionString } from "@azure/communication-common";
import { CommunicationIdentityClient } from "@azure/communication-identity";
import { connectionString } from "./services.mjs";

// What fails is to fail at once, unless a check is about trying again.
export const atOnce = { retryOptions: { maxRetries: 0 } };

// administrator manages the users of a service.
export const administrator = (service = "plain", options = atOnce) =>
  new CommunicationIdentityClient(connectionString[service], options);

// newPerson makes a user who chats.
export async function newPerson(service = "plain", options = atOnce) {
  const { user, token } = await administrator(service).createUserAndToken(["chat"]);
  return { id: user, token, chat: chatAs(token, service, options) };
}

export const newPeople = (n, service) => Promise.all(Array.from({ length: n }, () => newPerson(service)));

// chatAs is a chat client with a token.
export function chatAs(token, service = "plain", options = atOnce) {
  const { endpoint } = parseConnectionString(connectionString[service]);
  return new ChatClient(endpoint, new AzureCommunicationTokenCredential(token), options);
}

// someoneDeleted is the id of a user who is no more.
export async function someoneDeleted() {
  const { id } = await newPerson();
  await administrator().deleteUser(id);
  return id;
}

// newThread makes a thread of a person's with some others, and returns the person's client for it.
export async function newThread(person, topic, ...others) {
  const { chatThread } = await person.chat.createChatThread({ topic }, { participants: others.map(({ id }) => ({ id })) });
  return person.chat.getChatThreadClient(chatThread.id);
}

// threadOf is a person's client for a thread that another has.
export const threadOf = (person, thread) => person.chat.getChatThreadClient(thread.threadId);
