// Runs the official JavaScript clients against the services that the environment names (see services.mjs), and prints one line of
// JSON for each check: its group and name, and the error if the client tripped. The last line says how many checks there were.
import { entra } from "./entra.mjs";
import { faults } from "./faults.mjs";
import { identity } from "./identity.mjs";
import { limits } from "./limits.mjs";
import { messages } from "./messages.mjs";
import { participants } from "./participants.mjs";
import { receipts } from "./receipts.mjs";
import { refusals, refusalsAsDocumented } from "./refusals.mjs";
import { connectionString } from "./services.mjs";
import { threads } from "./threads.mjs";

const groups = { identity, threads, messages, participants, receipts, refusals };
if (connectionString.documented) groups["refusals, as documented"] = refusalsAsDocumented;
if (connectionString.entra) groups.entra = entra;
if (connectionString.limited) groups.limits = limits;
if (connectionString.faulty) groups.faults = faults;

let ran = 0;
for (const [group, checks] of Object.entries(groups)) {
  for (const [name, check] of Object.entries(checks)) {
    let error;
    await check().catch((e) => (error = e.stack));
    console.log(JSON.stringify({ group, name, error }));
    ran++;
  }
}
console.log(JSON.stringify({ ran }));
