import assert from "node:assert/strict";
import { ChatClient } from "@azure/communication-chat";
import { AzureCommunicationTokenCredential, parseConnectionString } from "@azure/communication-common";
import { CommunicationIdentityClient } from "@azure/communication-identity";
import { claims, collect, refused } from "./expect.mjs";
import { administrator, atOnce, chatAs } from "./people.mjs";
import { connectionString } from "./services.mjs";

// What the service was told of: a person's token and the application it was asked for, and an application's.
const [person, application] = ["token-of-a-person", "token-of-an-application"];
const [userObjectId, clientId] = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"];

// credential is what @azure/identity would have.
const credential = (token) => ({ getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) });

// The exchanges put two slashes into their path when the endpoint ends with one.
const endpoint = () => parseConnectionString(connectionString.entra).endpoint.replace(/\/$/, "");

export const entra = {
  "manages users with the token of an application": async () => {
    const { token } = await new CommunicationIdentityClient(endpoint(), credential(application), atOnce).createUserAndToken(["chat"]);
    assert.deepEqual(await collect(chatAs(token, "entra").listChatThreads()), []);
    await refused(new CommunicationIdentityClient(endpoint(), credential("another"), atOnce).createUser(), { statusCode: 401 });
  },

  "chats as the person whose token it is, who stays the same": async () => {
    const chatOf = (token) =>
      new ChatClient(endpoint(), new AzureCommunicationTokenCredential({ resourceEndpoint: endpoint(), tokenCredential: credential(token) }), atOnce);
    const { chatThread } = await chatOf(person).createChatThread({ topic: "Lunch" });
    assert.deepEqual((await collect(chatOf(person).listChatThreads())).map(({ id }) => id), [chatThread.id]);
  },

  "exchanges the token of a person for one to call with": async () => {
    const { token } = await administrator("entra").getTokenForTeamsUser({ teamsUserAadToken: person, clientId, userObjectId });
    assert.equal(claims(token).skypeid, "orgid:" + userObjectId);
    assert.equal(claims(token).acsScope, "voip");
  },

  "exchanges the token of a person for one to act for Teams with": async () => {
    const { token } = await new AzureCommunicationTokenCredential({
      resourceEndpoint: endpoint(),
      tokenCredential: credential(person),
      scopes: ["https://auth.msft.communication.azure.com/TeamsExtension.ManageCalls"],
    }).getToken();
    assert.match(claims(token).skypeid, new RegExp(`^acs:.*_${userObjectId}$`));
  },
};
