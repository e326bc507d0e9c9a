// Package api checks exchanges with the service against the contracts beside it. It is for the suites of this repository, whose
// services are opened with [Watch], and whose scripted transports are passed through [WatchTransport].
//
// # Exceptions
//
// The contracts are closed here: a member that a schema does not name is an error, and so is a status that an operation does not list.
// These deviations are accepted, and no others. All of them are seen in recordings of the service, or follow from what a test does:
//
//   - Requests that were refused may be invalid. So may those that a fault hit, as the service has not judged them.
//   - Responses of faults are as the fault says.
//   - Error responses may have statuses that an operation does not list, such as 400 and 404. Their bodies are those of the contract, or
//     {"CommunicationError":{"Code":…,"Message":…,"Details":[]}}, where the message may be absent. A 401 of the chat API has no body.
//   - The refusal of an api-version has an innerError of null.
//   - Clients other than those of this library may send null for an absent member, as those for JavaScript and Python do, and the customId
//     of a preview. They may use either content type of the contracts for every operation, and none.
//   - Links to next pages contain a syncState, which no contract lists, and then a startTime that is not in RFC 3339, such as
//     "1/1/1970 12:00:00 AM +00:00", or 0. Older clients repeat the parameters of the first page, of which the first counts.
//   - Enumerations are open, as the contracts say.
//   - Requests are recorded without credentials, so that the emulator alone checks these.
//   - Specs about other requests or responses of a scripted transport are marked with [OtherRequests] or [OtherResponses].
//   - No stable contract has [chattest.ExchangeEntraToken] and the operations of the push service.
package api
