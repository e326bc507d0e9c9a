package realtime

import "hash/maphash"

// maxSeen is the number of events that are remembered.
const maxSeen = 1024

// identity is equal for two deliveries of the same event.
type identity struct {
	thread, kind, message, version, sender string
}

// seen remembers the latest events by hashes of 64 bits, since their identities are long. It is not safe for concurrent use.
type seen struct {
	seed   maphash.Seed
	hashes map[uint64]struct{} // nil: none yet
	order  []uint64            // a ring of the same hashes
	oldest int
}

func newSeen() seen { return seen{seed: maphash.MakeSeed()} }

// before reports whether an event was seen before, and records it.
func (s *seen) before(id identity) bool {
	hash := maphash.Comparable(s.seed, id)
	if _, known := s.hashes[hash]; known {
		return true
	}
	if s.hashes == nil {
		s.hashes = make(map[uint64]struct{})
	}
	if len(s.order) < maxSeen {
		s.order = append(s.order, hash)
	} else {
		delete(s.hashes, s.order[s.oldest])
		s.order[s.oldest] = hash
		s.oldest = (s.oldest + 1) % maxSeen
	}
	s.hashes[hash] = struct{}{}
	return false
}
