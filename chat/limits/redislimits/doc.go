// Package redislimits keeps the windows of package limits in Redis, so that all processes that use a resource stay within its limits
// together:
//
//	store, err := redislimits.New(redis.NewClient(&redis.Options{Addr: "127.0.0.1:6379"}), "contoso", nil)
//	limiter := limits.New(&limits.Options{Store: store})
//
// It needs Redis 6.2 or newer, or a server that is compatible with it, and works with a cluster: all keys of a resource have the same
// hash tag. Times are those of the Redis server, so that the clocks of the processes do not matter. A script takes a request from all of
// its windows or from none. Keys expire when nothing counts any more.
//
// The processes must keep the same limits: those that [limits.Options.Adjust] makes different are counted apart. What Redis loses, with a
// restart or by evicting keys, is not counted any more, so that the service may refuse some requests: give it enough memory, and the
// policy noeviction.
//
// A process that ends between a request and its answer leaves the request counted for a while: see [Options.Lease]. Requests of one
// process are served in the order of their calls; among processes there is no order.
package redislimits
