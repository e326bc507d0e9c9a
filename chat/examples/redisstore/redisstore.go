// Package redisstore is a store of package feed in Redis: several processes read the threads of a user together.
//
// What was delivered is as durable as Redis is configured to be. After a failover that loses writes, changes may be yielded again. The keys
// do not expire, and must not be evicted: maxmemory-policy must be noeviction, or one of the volatile policies.
package redisstore

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"
)

// Store is a [feed.Store] in the keys with a prefix. It replaces a text in a transaction of Redis that watches the key.
type Store struct {
	client redis.UniversalClient
	prefix string
}

// New returns a store in the keys with a prefix, "feed:ana:" for example. The client must read from masters only, as it does unless it is told
// otherwise: a replica of Redis returns old texts. Its timeouts bound each call.
func New(client redis.UniversalClient, prefix string) *Store {
	return &Store{client: client, prefix: prefix}
}

// Load implements [feed.Store].
func (s *Store) Load(ctx context.Context, key string) (string, error) {
	return load(ctx, s.client, s.prefix+key)
}

// Swap implements [feed.Store]. The transaction fails if another client has changed the key since it was read.
func (s *Store) Swap(ctx context.Context, key, old, replacement string) (swapped bool, err error) {
	err = s.client.Watch(ctx, func(tx *redis.Tx) error {
		now, err := load(ctx, tx, s.prefix+key)
		if err != nil || now != old {
			return err
		}
		_, err = tx.TxPipelined(ctx, func(p redis.Pipeliner) error {
			if replacement == "" {
				return p.Del(ctx, s.prefix+key).Err()
			}
			return p.Set(ctx, s.prefix+key, replacement, 0).Err()
		})
		swapped = err == nil
		return err
	}, s.prefix+key)
	if errors.Is(err, redis.TxFailedErr) {
		return false, nil
	}
	return swapped, err
}

func load(ctx context.Context, client redis.Cmdable, key string) (string, error) {
	value, err := client.Get(ctx, key).Result()
	if errors.Is(err, redis.Nil) {
		return "", nil
	}
	return value, err
}
