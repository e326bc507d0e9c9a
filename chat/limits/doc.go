// Package limits keeps clients within the rate limits that Communication Services publishes, before the service refuses requests.
// The service counts refused requests too, so retries prolong the refusals.
//
//	limiter := limits.New(nil)
//	client, err := chat.NewClient(endpoint, credential, &chat.ClientOptions{Limiter: limiter})
//
// One Limiter serves all clients, fleets and identity clients of a process for one resource. Package [redislimits] shares the windows among
// processes.
//
// # Windows
//
// The service counts requests in sliding windows, for each user, thread, user and thread, or for the whole resource. A [Limiter] counts
// each attempt, including retries, from the moment at which it may be sent until the window has passed after its answer, since it is not
// known when the service received it. An attempt that counts in several windows waits until all of them have room, and is then counted in
// all of them. The limits are those of
// https://learn.microsoft.com/azure/communication-services/concepts/service-limits.
//
// After a 429 the fullest window of the request is full until the delay that the service requests has passed, ten minutes at most, or, if it
// requests none, until the window has passed.
//
// [redislimits]: https://pkg.go.dev/github.com/acschat/acs-chat-go/chat/limits/redislimits
package limits
