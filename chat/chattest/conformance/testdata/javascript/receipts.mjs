import assert from "node:assert/strict";
import { collect, pages, received, recent, sizes } from "./expect.mjs";
import { newPeople, newPerson, newThread, threadOf } from "./people.mjs";

export const receipts = {
  "sends and lists read receipts by pages": async () => {
    const everybody = await newPeople(3);
    const thread = await newThread(everybody[0], "Lunch", ...everybody.slice(1));
    const { id } = await thread.sendMessage({ content: "At noon?" });
    for (const person of everybody) {
      await threadOf(person, thread).sendReadReceipt({ chatMessageId: id });
    }
    const list = await pages(thread.listReadReceipts({ maxPageSize: 2 }));
    assert.deepEqual(sizes(list), [2, 1]);
    for (const [i, { readOn, ...rest }] of list.flat().entries()) {
      recent(readOn);
      assert.deepEqual(rest, { chatMessageId: id, sender: received(everybody[i].id) });
    }
    assert.deepEqual(await collect(thread.listReadReceipts({ skip: 1 })), list.flat().slice(1));
  },

  "keeps the last receipt of each": async () => {
    const thread = await newThread(await newPerson(), "Lunch");
    const [first, second] = [await thread.sendMessage({ content: "1" }), await thread.sendMessage({ content: "2" })];
    await thread.sendReadReceipt({ chatMessageId: first.id });
    await thread.sendReadReceipt({ chatMessageId: second.id });
    assert.deepEqual((await collect(thread.listReadReceipts())).map(({ chatMessageId }) => chatMessageId), [second.id]);
  },

  "says that someone types, with a name and without": async () => {
    const thread = await newThread(await newPerson(), "Lunch");
    assert.equal(await thread.sendTypingNotification(), true);
    await thread.sendMessage({ content: "At noon?" });
    assert.equal(await thread.sendTypingNotification({ senderDisplayName: "Ana" }), true);
    assert.equal(await thread.sendTypingNotification(), false, "the client itself lets one pass every 8 seconds");
  },
};
