package chattest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// userID makes the id of a user. Its last part looks like a GUID and is the time of its creation in milliseconds since
// 2020-01-01T08:00:00Z, ten digits that stand for a machine, and a counter.
func userID(cloud chat.Cloud, resource, node string, created time.Time, counter uint64) string {
	epoch := time.Date(2020, time.January, 1, 8, 0, 0, 0, time.UTC)
	ms := fmt.Sprintf("%016x", max(created.Sub(epoch).Milliseconds(), 0))
	return fmt.Sprintf("%s%s_%s-%s-%s-%s-%s%06x", userPrefix(cloud), resource, ms[:8], ms[8:12], ms[12:], node[:4], node[4:], counter&0xffffff)
}

// repeatableThreadID derives the id of a thread from its creator and the repeatability id of the request.
func repeatableThreadID(cloud chat.Cloud, user, repeatabilityID string) string {
	sum := sha256.Sum256([]byte(user + "\n" + repeatabilityID))
	return threadPrefix(cloud) + "acsV2_" + base64.RawURLEncoding.EncodeToString(sum[:]) + "1@thread.v2"
}

// randomThreadID makes the id of a thread that is created without a repeatability id.
func randomThreadID(cloud chat.Cloud) string {
	return threadPrefix(cloud) + randomHex(16) + "@thread.v2"
}

// isThreadID reports whether id has the form of a thread id.
func isThreadID(id string) bool {
	middle, ok := strings.CutPrefix(id, threadPrefix(chat.CloudPublic))
	if !ok {
		return false
	}
	if cloud, rest, found := strings.Cut(middle, ":"); found && cloud != "" && checkCloud(chat.Cloud(cloud)) == nil {
		middle = rest
	}
	middle, ok = strings.CutSuffix(middle, "@thread.v2")
	return ok && middle != "" && strings.Trim(middle, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

// resourceOfUser returns the resource in a user id. It reports false for an id of another form.
func resourceOfUser(id string) (resource string, ok bool) {
	rest, ok := cutUserPrefix(id)
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

// randomName makes a text that needs no escape in a URL.
func randomName(bytes int) string {
	return base64.RawURLEncoding.EncodeToString(randomBytes(bytes))
}
