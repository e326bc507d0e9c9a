import assert from "node:assert/strict";
import { refused } from "./expect.mjs";
import { newPerson, newThread } from "./people.mjs";

// The service lets pass five changes of a thread in ten seconds.
export const limits = {
  "429 beyond the published rate, saying when to come again": async () => {
    const thread = await newThread(await newPerson("limited"), "Lunch");
    for (let i = 0; i < 5; i++) await thread.updateTopic(String(i));
    const error = await refused(thread.updateTopic("5"), { statusCode: 429 });
    const seconds = Number(error.response.headers.get("Retry-After"));
    assert.ok(seconds > 0 && seconds <= 10, `Retry-After: ${seconds}`);
    assert.equal((await thread.getProperties()).topic, "4");
  },

  "429 for one, and not for another": async () => {
    const [ana, bo] = [await newPerson("limited"), await newPerson("limited")];
    for (let i = 0; i < 10; i++) await newThread(ana, String(i));
    await refused(newThread(ana, "10"), { statusCode: 429 });
    await newThread(bo, "0");
  },
};
