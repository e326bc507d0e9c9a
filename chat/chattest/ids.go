package chattest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// userID makes the id of a user. Its last part looks like a GUID and is the time of its creation in milliseconds since
// 2020-01-01T08:00:00Z, ten digits that stand for a machine, and a counter.
func userID(resource, node string, created time.Time, counter uint64) string {
	epoch := time.Date(2020, time.January, 1, 8, 0, 0, 0, time.UTC)
	ms := fmt.Sprintf("%016x", max(created.Sub(epoch).Milliseconds(), 0))
	return fmt.Sprintf("8:acs:%s_%s-%s-%s-%s-%s%06x", resource, ms[:8], ms[8:12], ms[12:], node[:4], node[4:], counter&0xffffff)
}

// repeatableThreadID derives the id of a thread from its creator and the repeatability id of the create.
func repeatableThreadID(user, repeatabilityID string) string {
	sum := sha256.Sum256([]byte(user + "\n" + repeatabilityID))
	return "19:acsV2_" + base64.RawURLEncoding.EncodeToString(sum[:]) + "1@thread.v2"
}

// randomThreadID makes the id of a thread whose create had no repeatability id.
func randomThreadID() string {
	return "19:" + randomHex(16) + "@thread.v2"
}

// isThreadID reports whether id has the form of a thread id.
func isThreadID(id string) bool {
	middle, ok := strings.CutPrefix(id, "19:")
	if !ok {
		return false
	}
	middle, ok = strings.CutSuffix(middle, "@thread.v2")
	return ok && middle != "" && strings.Trim(middle, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

// resourceOfUser reads the resource out of a user id. It reports false for an id that is not of that form.
func resourceOfUser(id string) (resource string, ok bool) {
	rest, ok := strings.CutPrefix(id, "8:acs:")
	if !ok {
		return "", false
	}
	resource, user, ok := strings.Cut(rest, "_")
	return resource, ok && isGUID(resource) && isGUID(user)
}

func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, c := range []byte(s) {
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if !isHexDigit(c) {
				return false
			}
		}
	}
	return true
}

func isHexDigit(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func newGUID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6] = b[6]&0x0f | 0x40 // version 4
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	rand.Read(b)
	return hex.EncodeToString(b)
}
