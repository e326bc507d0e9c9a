import assert from "node:assert/strict";
import { collect, pages, received, recent, sizes } from "./expect.mjs";
import { newPeople, newPerson, newThread, someoneDeleted } from "./people.mjs";

export const threads = {
  "creates a thread with people, metadata and a retention policy": async () => {
    const [ana, bo] = await newPeople(2);
    const metadata = { order: "4711", colour: "grün" };
    const retentionPolicy = { kind: "threadCreationDate", deleteThreadAfterDays: 60 };
    const participants = [{ id: bo.id, displayName: "Bo", metadata: { role: "guest" } }];
    const result = await ana.chat.createChatThread({ topic: "Lunch" }, { participants, metadata, retentionPolicy });

    assert.deepEqual(Object.keys(result), ["chatThread"]);
    const { id, createdOn, ...rest } = result.chatThread;
    assert.match(id, /^19:.+@thread\.v2$/);
    recent(createdOn);
    assert.deepEqual(rest, { topic: "Lunch", createdBy: received(ana.id), metadata, retentionPolicy });
    assert.deepEqual(await ana.chat.getChatThreadClient(id).getProperties(), result.chatThread);

    const [first, second] = await collect(ana.chat.getChatThreadClient(id).listParticipants());
    assert.deepEqual(first.id, received(ana.id));
    assert.deepEqual(second, { id: received(bo.id), displayName: "Bo", metadata: { role: "guest" }, shareHistoryTime: new Date(0) });
  },

  "creates a thread of nothing but a topic": async () => {
    const ana = await newPerson();
    const { chatThread } = await ana.chat.createChatThread({ topic: "" });
    const { id, createdOn, ...rest } = chatThread;
    assert.deepEqual(rest, { topic: "", createdBy: received(ana.id), retentionPolicy: { kind: "none" } });
  },

  "creates one thread for one idempotency token": async () => {
    const ana = await newPerson();
    const create = (idempotencyToken) => ana.chat.createChatThread({ topic: "Lunch" }, { idempotencyToken });
    const first = await create("a token of mine");
    assert.deepEqual(await create("a token of mine"), first);
    assert.notEqual((await create("another")).chatThread.id, first.chatThread.id);
  },

  "says who could not be added to a new thread": async () => {
    const [ana, bo] = await newPeople(2);
    const nobody = await someoneDeleted();
    const { chatThread, invalidParticipants } = await ana.chat.createChatThread({ topic: "Lunch" }, {
      participants: [{ id: bo.id }, { id: nobody }, { id: { phoneNumber: "+15555550123" } }],
    });
    assert.deepEqual(invalidParticipants, [
      { code: "404", message: "Not found", target: nobody.communicationUserId },
      { code: "403", message: "Permissions check failed", target: "4:+15555550123" },
    ]);
    assert.equal((await collect(ana.chat.getChatThreadClient(chatThread.id).listParticipants())).length, 2);
  },

  "changes the topic": async () => {
    const ana = await newPerson();
    const thread = await newThread(ana, "Lunch");
    await thread.updateTopic("Dinner 🍲");
    assert.equal((await thread.getProperties()).topic, "Dinner 🍲");
    await thread.updateTopic("");
    assert.equal((await thread.getProperties()).topic, "");
  },

  "merges metadata, and sets and ends a retention policy": async () => {
    const ana = await newPerson();
    const { chatThread } = await ana.chat.createChatThread({ topic: "Lunch" }, { metadata: { a: "1", b: "2" } });
    const thread = ana.chat.getChatThreadClient(chatThread.id);
    const retentionPolicy = { kind: "threadCreationDate", deleteThreadAfterDays: 30 };
    await thread.updateProperties({ topic: "Dinner", metadata: { b: "", c: "3" }, retentionPolicy });
    assert.deepEqual(await thread.getProperties(), { ...chatThread, topic: "Dinner", metadata: { a: "1", c: "3" }, retentionPolicy });
    await thread.updateProperties({ retentionPolicy: null });
    assert.deepEqual((await thread.getProperties()).retentionPolicy, { kind: "none" });
    await thread.updateProperties({ retentionPolicy });
    await thread.updateProperties({ retentionPolicy: { kind: "none" } });
    assert.deepEqual((await thread.getProperties()).retentionPolicy, { kind: "none" });
    await thread.updateProperties({});
    assert.equal((await thread.getProperties()).topic, "Dinner");
  },

  "lists threads by pages, the latest first": async () => {
    const ana = await newPerson();
    const made = [];
    for (const topic of ["1", "2", "3", "4", "5"]) made.unshift((await newThread(ana, topic)).threadId);
    const list = await pages(ana.chat.listChatThreads({ maxPageSize: 2 }));
    assert.deepEqual(sizes(list), [2, 2, 1]);
    assert.deepEqual(list.flat().map(({ id }) => id), made);
    const { lastMessageReceivedOn, ...rest } = list[0][0];
    recent(lastMessageReceivedOn);
    assert.deepEqual(rest, { id: made[0], topic: "5" });
    assert.deepEqual(await collect(ana.chat.listChatThreads()), list.flat());
  },

  "lists threads since a time": async () => {
    const ana = await newPerson();
    await newThread(ana, "Lunch");
    const inAnHour = new Date(Date.now() + 3_600_000);
    assert.deepEqual(await collect(ana.chat.listChatThreads({ startTime: inAnHour })), []);
    const anHourAgo = new Date(Date.now() - 3_600_000);
    assert.equal((await collect(ana.chat.listChatThreads({ startTime: anHourAgo }))).length, 1);
  },

  "deletes a thread, which stays in the list": async () => {
    const ana = await newPerson();
    const thread = await newThread(ana, "Lunch");
    await ana.chat.deleteChatThread(thread.threadId);
    const [{ deletedOn, lastMessageReceivedOn, ...rest }] = await collect(ana.chat.listChatThreads());
    recent(deletedOn);
    recent(lastMessageReceivedOn);
    assert.deepEqual(rest, { id: thread.threadId, topic: "Lunch" });
  },
};
