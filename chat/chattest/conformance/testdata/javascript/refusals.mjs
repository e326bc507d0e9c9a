import assert from "node:assert/strict";
import { refused } from "./expect.mjs";
import { chatAs, newPeople, newPerson, newThread, threadOf } from "./people.mjs";

const unknownThread = "19:00000000000000000000000000000000@thread.v2";
const notAllowed = "The initiator doesn't have the permission to perform the requested operation.";

// What the service was seen to write is not what its contract says. This client then has no code, and the whole body as its message.
const asRecorded = (code, message) => ({
  code: undefined,
  message: new RegExp(`"CommunicationError"[^]*"Code": "${code}"` + (message ? `[^]*"Message": "${message}"` : "")),
});

export const refusals = {
  "400 for an id that can't be one": async () => {
    const thread = await newThread(await newPerson(), "Lunch");
    await refused(thread.getMessage("first"), { statusCode: 400, ...asRecorded("BadRequest", "Value for MessageId \\(first\\) is not valid.") });
    const participants = [{ id: { communicationUserId: "8:acs:nobody" } }];
    await refused(thread.addParticipants({ participants }),
      { statusCode: 400, ...asRecorded("BadRequest", "Identifier format is invalid \\(8:acs:nobody\\).") });
    await refused(thread.removeParticipant({ communicationUserId: "8:acs:nobody" }), { statusCode: 400 });
  },

  "400 for a thread that is to be deleted too soon": async () => {
    const ana = await newPerson();
    const retentionPolicy = { kind: "threadCreationDate", deleteThreadAfterDays: 29 };
    await refused(ana.chat.createChatThread({ topic: "Lunch" }, { retentionPolicy }), { statusCode: 400, ...asRecorded("BadRequest") });
  },

  "401, without a word, for a token that was changed": async () => {
    const { token } = await newPerson();
    const [header, payload, signature] = token.split(".");
    const changed = signature.startsWith("A") ? "B" : "A";
    const error = await refused(chatAs([header, payload, changed + signature.slice(1)].join(".")).createChatThread({ topic: "Lunch" }),
      { statusCode: 401, code: undefined });
    assert.equal(error.response.bodyAsText, "");
  },

  "403 for a thread of others": async () => {
    const [ana, bo] = await newPeople(2);
    const thread = await newThread(ana, "Lunch");
    const { id } = await thread.sendMessage({ content: "At noon?" });
    const forbidden = { statusCode: 403, ...asRecorded("Forbidden", notAllowed) };
    const strangers = threadOf(bo, thread);
    await refused(strangers.getProperties(), forbidden);
    await refused(strangers.sendMessage({ content: "Hello" }), forbidden);
    await refused(strangers.getMessage(id), forbidden);
    await refused(strangers.listMessages().next(), forbidden);
    await refused(strangers.listParticipants().next(), forbidden);
    await refused(strangers.sendTypingNotification(), forbidden);
    await refused(bo.chat.deleteChatThread(thread.threadId), forbidden);
  },

  "403 for a message of another": async () => {
    const [ana, bo] = await newPeople(2);
    const thread = await newThread(ana, "Lunch", bo);
    const { id } = await thread.sendMessage({ content: "At noon?" });
    await refused(threadOf(bo, thread).updateMessage(id, { content: "At one?" }), { statusCode: 403 });
    await refused(threadOf(bo, thread).deleteMessage(id), { statusCode: 403 });
  },

  "404 for a thread and a message that never were": async () => {
    const ana = await newPerson();
    await refused(ana.chat.getChatThreadClient(unknownThread).getProperties(),
      { statusCode: 404, ...asRecorded("NotFound", "The specified thread id was not found.") });
    await refused((await newThread(ana, "Lunch")).getMessage("1"), { statusCode: 404 });
  },

  "404 for a thread that was deleted": async () => {
    const ana = await newPerson();
    const thread = await newThread(ana, "Lunch");
    await ana.chat.deleteChatThread(thread.threadId);
    await refused(thread.getProperties(), { statusCode: 404 });
    await refused(thread.sendMessage({ content: "At noon?" }), { statusCode: 403 });
  },

  "413 for a text that is too long": async () => {
    const thread = await newThread(await newPerson(), "Lunch");
    await refused(thread.sendMessage({ content: "x".repeat(28 * 1024 + 1) }), { statusCode: 413 });
  },
};

export const refusalsAsDocumented = {
  "have a code and a message": async () => {
    const [ana, bo] = await newPeople(2, "documented");
    const thread = await newThread(ana, "Lunch");
    await refused(threadOf(bo, thread).getProperties(), { statusCode: 403, code: "Forbidden", message: notAllowed });
    await refused(thread.getMessage("first"), { statusCode: 400, code: "BadRequest", message: "Value for MessageId (first) is not valid." });
    await refused(ana.chat.getChatThreadClient(unknownThread).getProperties(),
      { statusCode: 404, code: "NotFound", message: "The specified thread id was not found." });
    await refused(chatAs(ana.token + "x", "documented").listChatThreads().next(), { statusCode: 401, code: "Unauthorized" });
  },
};
