// The front end of the token endpoint, with the official client. "npm run build" bundles it for browsers.
import { ChatClient } from "@azure/communication-chat";
import { AzureCommunicationTokenCredential } from "@azure/communication-common";

// issue gets a token for the person who is signed in. The cookie says who that is: no user is named here.
async function issue() {
  const response = await fetch("/token", { method: "POST" });
  if (!response.ok) throw new Error(response.status === 401 ? "sign in first" : "chat is not available");
  return response.json(); // { token, expiresOn, user, endpoint }
}

// connect returns the client of the person who is signed in. It gets another token before the present one expires.
export async function connect() {
  const { token, endpoint, user } = await issue();
  const credential = new AzureCommunicationTokenCredential({
    token,
    tokenRefresher: async () => (await issue()).token,
    refreshProactively: true,
  });
  return { user, chat: new ChatClient(endpoint, credential) };
}

export async function signIn(name) {
  const response = await fetch("/sign-in", { method: "POST", body: new URLSearchParams({ name }) });
  if (!response.ok) throw new Error(await response.text());
}

if (globalThis.document) {
  const show = (text) => document.querySelector("ul").appendChild(document.createElement("li")).append(text);
  document.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await signIn(new FormData(event.target).get("name"));
      const { user, chat } = await connect();
      show(`You are ${user.communicationUserId}, in the threads:`);
      for await (const { topic } of chat.listChatThreads()) show(topic);
      await chat.startRealtimeNotifications();
      chat.on("chatMessageReceived", ({ senderDisplayName, message }) => show(`${senderDisplayName}: ${message}`));
    } catch (error) {
      show(error.message);
    }
  });
}
