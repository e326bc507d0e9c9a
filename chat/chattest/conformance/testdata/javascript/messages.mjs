import assert from "node:assert/strict";
import { collect, pages, received, recent, sizes } from "./expect.mjs";
import { newPeople, newPerson, newThread } from "./people.mjs";

export const messages = {
  "sends a text": async () => {
    const ana = await newPerson();
    const thread = await newThread(ana, "Lunch");
    const sent = await thread.sendMessage({ content: "At noon? 🕛" });
    assert.deepEqual(Object.keys(sent), ["id"]);
    assert.match(sent.id, /^\d{13}$/);
    const { createdOn, ...rest } = await thread.getMessage(sent.id);
    recent(createdOn);
    assert.deepEqual(rest, {
      id: sent.id, type: "text", sequenceId: "3", version: sent.id,
      content: { message: "At noon? 🕛", attachments: [] }, senderDisplayName: "", sender: received(ana.id),
    });
  },

  "sends HTML with a name and metadata": async () => {
    const ana = await newPerson();
    const thread = await newThread(ana, "Lunch");
    const options = { type: "html", senderDisplayName: "Ana", metadata: { hasAttachment: "true", note: "ü" } };
    const { id } = await thread.sendMessage({ content: "<b>Noon</b>" }, options);
    const message = await thread.getMessage(id);
    assert.equal(message.type, "html");
    assert.equal(message.content.message, "<b>Noon</b>");
    assert.equal(message.senderDisplayName, "Ana");
    assert.deepEqual(message.metadata, options.metadata);
  },

  "edits a message": async () => {
    const thread = await newThread(await newPerson(), "Lunch");
    const { id } = await thread.sendMessage({ content: "At noon?" }, { metadata: { a: "1", b: "2" } });
    const before = await thread.getMessage(id);
    await thread.updateMessage(id, { content: "At one?", metadata: { b: "", c: "3" } });
    const { editedOn, version, ...rest } = await thread.getMessage(id);
    recent(editedOn);
    assert.ok(BigInt(version) > BigInt(before.version));
    delete before.version;
    assert.deepEqual(rest, { ...before, content: { message: "At one?", attachments: [] }, metadata: { a: "1", c: "3" } });
    await thread.updateMessage(id);
    assert.equal((await thread.getMessage(id)).version, version);
  },

  "deletes a message, which stays without its text": async () => {
    const thread = await newThread(await newPerson(), "Lunch");
    const { id } = await thread.sendMessage({ content: "At noon?" }, { senderDisplayName: "Ana" });
    await thread.deleteMessage(id);
    const [message] = await collect(thread.listMessages());
    recent(message.deletedOn);
    assert.equal(message.id, id);
    assert.deepEqual(message.content, { message: "", attachments: [] });
    assert.deepEqual(await thread.getMessage(id), message);
  },

  "lists messages by pages, the latest version first": async () => {
    const thread = await newThread(await newPerson(), "Lunch");
    const sent = [];
    for (const content of ["1", "2", "3"]) sent.unshift((await thread.sendMessage({ content })).id);
    await thread.updateMessage(sent[2], { content: "1, edited" });

    const list = await pages(thread.listMessages({ maxPageSize: 2 }));
    assert.deepEqual(sizes(list), [2, 2, 1]);
    const all = list.flat();
    assert.deepEqual(all.map(({ type }) => type), ["text", "text", "text", "topicUpdated", "participantAdded"]);
    assert.deepEqual(all.slice(0, 3).map(({ id }) => id), [sent[2], sent[0], sent[1]]);
    assert.deepEqual(await collect(thread.listMessages()), all);
  },

  "ends a list whose last page is full": async () => {
    const thread = await newThread(await newPerson(), "Lunch");
    assert.deepEqual(sizes(await pages(thread.listMessages({ maxPageSize: 1 }))), [1, 1, 0]);
  },

  "goes on from the link of a page": async () => {
    const thread = await newThread(await newPerson(), "Lunch");
    await thread.sendMessage({ content: "At noon?" });
    const settings = {};
    const first = await thread.listMessages({ maxPageSize: 2 }).byPage(settings).next();
    assert.equal(first.value.length, 2);
    const rest = await pages(thread.listMessages(), { continuationToken: settings.continuationToken });
    assert.deepEqual(rest.flat().map(({ type }) => type), ["participantAdded"]);
  },

  "lists messages since a time": async () => {
    const thread = await newThread(await newPerson(), "Lunch");
    await thread.sendMessage({ content: "At noon?" });
    const { createdOn } = (await collect(thread.listMessages()))[0];
    assert.equal((await collect(thread.listMessages({ startTime: new Date(createdOn.getTime() + 60_000) }))).length, 0);
    assert.equal((await collect(thread.listMessages({ startTime: new Date(createdOn.getTime() - 60_000), maxPageSize: 1 }))).length, 3);
  },

  "reads what the service writes about topics and people": async () => {
    const [ana, bo, cy] = await newPeople(3);
    const thread = await newThread(ana, "Lunch", bo);
    await thread.updateTopic("Dinner");
    await thread.addParticipants({ participants: [{ id: cy.id, displayName: "Cy" }] });
    await thread.removeParticipant(cy.id);
    const list = (await collect(thread.listMessages())).reverse();
    const initiator = received(ana.id);
    const since = { shareHistoryTime: new Date(0) };
    assert.deepEqual(list.map(({ type, content }) => ({ type, ...content })), [
      { type: "participantAdded", initiator, participants: [{ id: received(ana.id), ...since }, { id: received(bo.id), ...since }] },
      { type: "topicUpdated", initiator, topic: "Lunch" },
      { type: "topicUpdated", initiator, topic: "Dinner" },
      { type: "participantAdded", initiator, participants: [{ id: received(cy.id), displayName: "Cy", ...since }] },
      { type: "participantRemoved", initiator, participants: [{ id: received(cy.id), displayName: "Cy", ...since }] },
    ]);
    for (const message of list) assert.equal(message.sender, undefined);
  },
};
