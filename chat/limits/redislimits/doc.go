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
// A process that ends between a request and its answer leaves the request counted for a while: see [Options.Lease].
package redislimits
