import assert from "node:assert/strict";

// kind is how this client writes the identifier of a communication user whom it has received.
export const received = ({ communicationUserId }) => ({ kind: "communicationUser", communicationUserId });

// collect reads a listing to its end.
export async function collect(listing) {
  const items = [];
  for await (const item of listing) items.push(item);
  return items;
}

// pages reads a listing page by page.
export const pages = (listing, settings) => collect(listing.byPage(settings));

export const sizes = (list) => list.map((page) => page.length);

// recent holds for a date of the last minute that has no fraction of a second, as the chat API writes dates.
export function recent(date) {
  assert.ok(date instanceof Date && !Number.isNaN(date.getTime()), `no date: ${date}`);
  assert.equal(date.getMilliseconds(), 0, "a date with a fraction of a second");
  assert.ok(Math.abs(Date.now() - date.getTime()) < 60_000, `not of this minute: ${date.toISOString()}`);
}

// minutesFromNow holds for a date that is so many minutes ahead, or a second more: tokens end with a whole second.
export function minutesFromNow(minutes, date) {
  assert.ok(date instanceof Date, `no date: ${date}`);
  const ahead = (date.getTime() - Date.now()) / 1000 - minutes * 60;
  assert.ok(ahead > -60 && ahead <= 1, `${minutes} minutes and ${ahead} seconds ahead`);
}

// refused expects an error of the service with these members. Members that are undefined must not be there.
export async function refused(promise, expected) {
  const error = await promise.then(
    () => assert.fail("it was not refused"),
    (e) => e,
  );
  if (error.name !== "RestError") throw error;
  for (const [member, value] of Object.entries(expected)) {
    if (value instanceof RegExp) assert.match(String(error[member]), value);
    else assert.deepEqual(error[member], value, `${member} of ${error.message}`);
  }
  return error;
}

// claims are what a token says.
export const claims = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());
