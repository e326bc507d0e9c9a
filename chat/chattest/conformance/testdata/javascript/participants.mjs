import assert from "node:assert/strict";
import { collect, pages, received, refused, sizes } from "./expect.mjs";
import { newPeople, newThread, someoneDeleted, threadOf } from "./people.mjs";

export const participants = {
  "adds people with a name, metadata and as much of the history as they may read": async () => {
    const [ana, bo, cy] = await newPeople(3);
    const thread = await newThread(ana, "Lunch");
    await thread.sendMessage({ content: "At noon?" });
    const shareHistoryTime = new Date(Math.floor(Date.now() / 1000 + 60) * 1000);
    const result = await thread.addParticipants({
      participants: [
        { id: bo.id, displayName: "Bo", metadata: { role: "guest" }, shareHistoryTime },
        { id: cy.id, shareHistoryTime: new Date(0) },
      ],
    });
    assert.deepEqual(result, {});
    const [, second, third] = await collect(thread.listParticipants());
    assert.deepEqual(second, { id: received(bo.id), displayName: "Bo", metadata: { role: "guest" }, shareHistoryTime });
    assert.deepEqual(third, { id: received(cy.id), shareHistoryTime: new Date(0) });
    assert.equal((await collect(threadOf(bo, thread).listMessages())).length, 0);
    assert.equal((await collect(threadOf(cy, thread).listMessages())).length, 4);
  },

  "says who could not be added": async () => {
    const [ana, bo] = await newPeople(2);
    const nobody = await someoneDeleted();
    const thread = await newThread(ana, "Lunch");
    const result = await thread.addParticipants({
      participants: [{ id: nobody }, { id: bo.id }, { id: { microsoftTeamsUserId: "45ab2481-1c1c-4005-be24-0ffb879b1130" } }],
    });
    assert.deepEqual(result, {
      invalidParticipants: [
        { code: "404", message: "Not found", target: nobody.communicationUserId },
        { code: "403", message: "Permissions check failed", target: "8:orgid:45ab2481-1c1c-4005-be24-0ffb879b1130" },
      ],
    });
    assert.equal((await collect(thread.listParticipants())).length, 2);
  },

  "lists people by pages, in the order in which they came": async () => {
    const everybody = await newPeople(5);
    const thread = await newThread(everybody[0], "Lunch", ...everybody.slice(1));
    const list = await pages(thread.listParticipants({ maxPageSize: 2 }));
    assert.deepEqual(sizes(list), [2, 2, 1]);
    assert.deepEqual(list.flat().map(({ id }) => id), everybody.map(({ id }) => received(id)));
    const rest = await pages(thread.listParticipants({ maxPageSize: 2, skip: 1 }));
    assert.deepEqual(rest.flat(), list.flat().slice(1));
    assert.deepEqual(await collect(thread.listParticipants()), list.flat());
  },

  "removes people, who are out": async () => {
    const [ana, bo] = await newPeople(2);
    const thread = await newThread(ana, "Lunch", bo);
    await threadOf(bo, thread).sendMessage({ content: "At noon?" });
    await thread.removeParticipant(bo.id);
    assert.deepEqual((await collect(thread.listParticipants())).map(({ id }) => id), [received(ana.id)]);
    await refused(threadOf(bo, thread).sendMessage({ content: "At one?" }), { statusCode: 403 });
  },
};
