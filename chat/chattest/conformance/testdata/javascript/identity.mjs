import assert from "node:assert/strict";
import { AzureCommunicationTokenCredential } from "@azure/communication-common";
import { CommunicationIdentityClient } from "@azure/communication-identity";
import { claims, collect, minutesFromNow, refused } from "./expect.mjs";
import { administrator, atOnce, chatAs, newPerson } from "./people.mjs";
import { connectionString } from "./services.mjs";

const guid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const userID = new RegExp(`^8:acs:${guid}_${guid}$`);

export const identity = {
  "creates a user": async () => {
    const user = await administrator().createUser();
    assert.deepEqual(Object.keys(user), ["communicationUserId"]);
    assert.match(user.communicationUserId, userID);
  },

  "creates a user with a token of a day": async () => {
    const { user, token, expiresOn } = await administrator().createUserAndToken(["chat", "voip"]);
    assert.match(user.communicationUserId, userID);
    minutesFromNow(24 * 60, expiresOn);
    assert.equal("8:" + claims(token).skypeid, user.communicationUserId);
    assert.equal(claims(token).acsScope, "chat,voip");
  },

  "issues a token that the credential of the chat client reads": async () => {
    const user = await administrator().createUser();
    const { token, expiresOn } = await administrator().getToken(user, ["chat"], { tokenExpiresInMinutes: 60 });
    minutesFromNow(60, expiresOn);
    const read = await new AzureCommunicationTokenCredential(token).getToken();
    assert.equal(read.token, token);
    minutesFromNow(60, new Date(read.expiresOnTimestamp));
  },

  "issues tokens for a chat that one only joins": async () => {
    const user = await administrator().createUser();
    const { token } = await administrator().getToken(user, ["chat.join", "voip.join"]);
    await refused(chatAs(token).createChatThread({ topic: "Lunch" }), { statusCode: 403 });
    assert.deepEqual(await collect(chatAs(token).listChatThreads()), []);
  },

  "refuses lifetimes that are too short or too long": async () => {
    for (const tokenExpiresInMinutes of [59, 1441]) {
      const message = `ExpiresInMinutes value ${tokenExpiresInMinutes} is invalid. Value must be within the [60, 1440] interval.`;
      await refused(administrator().createUserAndToken(["chat"], { tokenExpiresInMinutes }),
        { statusCode: 400, code: "ValidationError", message });
    }
  },

  "refuses a token without scopes": async () => {
    const user = await administrator().createUser();
    await refused(administrator().getToken(user, []), { statusCode: 400, code: "ValidationError", message: /Scopes field is required/ });
  },

  "revokes the tokens there are, and not those to come": async () => {
    const { id, token } = await newPerson();
    await administrator().revokeTokens(id);
    await refused(chatAs(token).listChatThreads().next(), { statusCode: 401 });
    const fresh = await administrator().getToken(id, ["chat"]);
    assert.deepEqual(await collect(chatAs(fresh.token).listChatThreads()), []);
  },

  "deletes a user, and tokens end": async () => {
    const { id, token } = await newPerson();
    await administrator().deleteUser(id);
    await refused(chatAs(token).listChatThreads().next(), { statusCode: 401 });
    await refused(administrator().getToken(id, ["chat"]), { statusCode: 401, code: "IdentityNotOwned" });
  },

  "refuses a user of another resource": async () => {
    const stranger = { communicationUserId: "8:acs:5b0c2f6e-7a41-4d39-9c58-0e1f2a3b4c5d_0000002a-e8e1-3698-a1b2-c3d4e5007101" };
    const refusal = { statusCode: 401, code: "IdentityNotOwned", message: /doesn't belong to the resource/ };
    await refused(administrator().getToken(stranger, ["chat"]), refusal);
    await refused(administrator().revokeTokens(stranger), refusal);
    await refused(administrator().deleteUser(stranger), refusal);
  },

  "refuses a wrong key": async () => {
    const wrong = connectionString.plain.replace(/accesskey=.*$/, "accesskey=" + btoa("another key"));
    await refused(new CommunicationIdentityClient(wrong, atOnce).createUser(), { statusCode: 401, code: "Denied" });
  },

  "refuses a token of Entra that it does not know": async () => {
    const exchange = administrator().getTokenForTeamsUser({
      teamsUserAadToken: "not.a.token",
      clientId: "5b0c2f6e-7a41-4d39-9c58-0e1f2a3b4c5d",
      userObjectId: "5b0c2f6e-7a41-4d39-9c58-0e1f2a3b4c5e",
    });
    await refused(exchange, { statusCode: 401, code: "InvalidAccessToken" });
  },
};
