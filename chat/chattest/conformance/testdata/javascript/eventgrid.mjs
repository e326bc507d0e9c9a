// Reads deliveries of Event Grid with the official package, and prints what it makes of each event. Stdin is a JSON object with the bodies of
// the deliveries in each schema.
import { text } from "node:stream/consumers";
import { EventGridDeserializer, isSystemEvent } from "@azure/eventgrid";

const bodies = JSON.parse(await text(process.stdin));
const deserializer = new EventGridDeserializer();
const read = { eventgrid: [], cloudevents: [] };

const described = (type, event) => ({
  type,
  id: event.id,
  subject: event.subject,
  system: isSystemEvent(type, event),
  data: event.data,
  dates: Object.keys(event.data).filter((name) => event.data[name] instanceof Date).sort(),
});

for (const body of bodies.eventgrid)
  for (const event of await deserializer.deserializeEventGridEvents(body)) read.eventgrid.push(described(event.eventType, event));
for (const body of bodies.cloudevents)
  for (const event of await deserializer.deserializeCloudEvents(body)) read.cloudevents.push(described(event.type, event));
console.log(JSON.stringify(read));
