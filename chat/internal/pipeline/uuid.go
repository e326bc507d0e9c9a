package pipeline

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
)

// NewUUID returns a random UUID, version 4, for a request id or a repeatability id. These must be unique, and need not be secret:
// the generator of the runtime, which the system seeds, needs no system call.
func NewUUID() string {
	var b [16]byte
	binary.NativeEndian.PutUint64(b[:8], rand.Uint64()) //nolint:gosec // see above
	binary.NativeEndian.PutUint64(b[8:], rand.Uint64()) //nolint:gosec // see above
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	text := [36]byte{8: '-', 13: '-', 18: '-', 23: '-'}
	hex.Encode(text[:], b[:4])
	hex.Encode(text[9:], b[4:6])
	hex.Encode(text[14:], b[6:8])
	hex.Encode(text[19:], b[8:10])
	hex.Encode(text[24:], b[10:])
	return string(text[:])
}
