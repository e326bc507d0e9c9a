import assert from "node:assert/strict";
import { collect, refused } from "./expect.mjs";
import { newPerson, newThread, threadOf } from "./people.mjs";

// The service fails once in each of the ways below, in this order.
const newThreadOfPatient = async () => newThread(await newPerson("faulty", { retryOptions: { maxRetries: 3 } }), "Lunch");

const texts = async (thread) => (await collect(thread.listMessages())).filter(({ type }) => type === "text");

export const faults = {
  "tries again what was answered 429 with a delay": async () => {
    const thread = await newThreadOfPatient();
    await thread.sendMessage({ content: "At noon?" });
    assert.equal((await texts(thread)).length, 1);
  },

  "does not try again what was answered 429 without a delay": async () => {
    const thread = await newThreadOfPatient();
    await refused(collect(thread.listReadReceipts()), { statusCode: 429 });
  },

  "tries again what was answered 503 with a delay": async () => {
    const thread = await newThreadOfPatient();
    await thread.updateTopic("Dinner");
    assert.equal((await thread.getProperties()).topic, "Dinner");
  },

  "sends a message twice when the first answer is lost, for all that it should not": async () => {
    const thread = await newThreadOfPatient();
    await thread.sendMessage({ content: "At noon?" });
    assert.equal((await texts(thread)).length, 2);
  },

  "goes on behind an empty page": async () => {
    const ana = await newPerson("faulty");
    const thread = await newThread(ana, "Lunch");
    assert.deepEqual((await collect(ana.chat.listChatThreads())).map(({ id }) => id), [thread.threadId]);
  },

  "takes the page of a front door for the message of a refusal": async () => {
    const thread = await newThreadOfPatient();
    await refused(threadOf(await newPerson("faulty"), thread).getMessage("1"), { statusCode: 403, code: undefined, message: /^<!DOCTYPE html>/ });
  },

  "does not read again a page whose connection broke in the middle": async () => {
    const thread = await newThreadOfPatient();
    await refused(collect(thread.listParticipants()), { code: "PARSE_ERROR", message: /aborted/ });
    assert.equal((await collect(thread.listParticipants())).length, 1);
  },
};
