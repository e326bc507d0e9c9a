// The page of the real-time checks, bundled for browsers. It has official chat clients, one for each user, and keeps what they receive.
// The server of the page hands out the tokens, as that of an application does.
import { ChatClient } from "@azure/communication-chat";
import { AzureCommunicationTokenCredential } from "@azure/communication-common";

const kinds = [
  "chatMessageReceived", "chatMessageEdited", "chatMessageDeleted", "typingIndicatorReceived", "readReceiptReceived",
  "chatThreadCreated", "chatThreadPropertiesUpdated", "chatThreadDeleted", "participantsAdded", "participantsRemoved",
];

const tokenOf = async (name) => (await fetch(`/token?user=${name}`)).text();

const keeping = (name) => new AzureCommunicationTokenCredential({ tokenRefresher: () => tokenOf(name) });

// asking is a credential that keeps no token: it asks for one whenever the client does.
const asking = (name) => ({ getToken: () => keeping(name).getToken(), dispose() {} });

class User {
  connected = 0; // how often the connection was made
  lost = 0; // how often it was lost
  received = []; // the events in the order in which they came, with the event in JSON
  listeners = new Set();

  constructor(id, endpoint, credential) {
    this.id = { communicationUserId: id };
    this.chat = new ChatClient(endpoint, credential, { retryOptions: { maxRetries: 0 } });
  }

  async listen() {
    const connected = new Promise((resolve) => this.chat.on("realTimeNotificationConnected", () => resolve(this.connected++)));
    this.chat.on("realTimeNotificationDisconnected", () => this.lost++);
    await this.chat.startRealtimeNotifications();
    for (const kind of kinds) this.chat.on(kind, (event) => this.receive(kind, event));
    await connected;
  }

  receive(kind, event) {
    this.received.push({ kind, threadId: event.threadId, id: event.id, event: JSON.stringify(event) });
    for (const listener of this.listeners) listener(event);
  }

  // textArrives resolves when a message with the text arrives.
  textArrives(text) {
    return new Promise((resolve) => {
      const listener = ({ message }) => {
        if (message !== text) return;
        this.listeners.delete(listener);
        resolve();
      };
      this.listeners.add(listener);
    });
  }
}

const users = {};
let threadId, messageId; // the latest

// join connects a user.
globalThis.join = async (name, id, endpoint, keepsToken) => {
  users[name] = new User(id, endpoint, (keepsToken ? keeping : asking)(name));
  await users[name].listen();
};

// leave disconnects all users.
globalThis.leave = () => Promise.all(Object.values(users).map(({ chat }) => chat.stopRealtimeNotifications()));

// receivedBy is what a user has received so far.
globalThis.receivedBy = (name) => {
  const { received, connected, lost } = users[name];
  return { received, connected, lost };
};

// call runs a call of a user's client, with the latest thread and message at hand, and the ids of the users by their names.
globalThis.call = (name, call) => {
  const { chat } = users[name];
  const thread = threadId && chat.getChatThreadClient(threadId);
  const ids = Object.fromEntries(Object.entries(users).map(([name, { id }]) => [name, id]));
  return call({ chat, thread, messageId, ...ids });
};

// act does the same, and returns the id of the thread or message that the call has made.
globalThis.act = async (...arguments_) => {
  const made = await call(...arguments_);
  if (made?.chatThread) return (threadId = made.chatThread.id);
  if (made?.id) return (messageId = made.id);
  return "";
};

// refusal is what a call fails with.
globalThis.refusal = (...arguments_) =>
  call(...arguments_).then(
    () => ({ name: "no error" }),
    ({ name, statusCode }) => ({ name, statusCode }),
  );

// count reads a listing to its end.
globalThis.count = async (listing) => {
  let items = 0;
  for await (const _ of listing) items++;
  return items;
};

// measure sends messages one after the other and returns how many milliseconds pass from each call to the event at a listener.
globalThis.measure = async (sender, listener, count) => {
  const thread = users[sender].chat.getChatThreadClient(threadId);
  const times = [];
  for (let n = 0; n < count; n++) {
    const content = `measured ${n}`;
    const arrived = users[listener].textArrives(content);
    const start = performance.now();
    const sent = thread.sendMessage({ content });
    await Promise.all([sent, arrived.then(() => times.push(performance.now() - start))]);
  }
  return times;
};
