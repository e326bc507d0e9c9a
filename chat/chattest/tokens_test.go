package chattest_test

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("A user", func() {
	It("has a unique id that encodes its creation", func() {
		bubble(func(s *chattest.Service) {
			s.Advance(1234 * time.Millisecond)
			users := append(s.NewUsers(2), s.NewUser())
			seen := map[string]bool{}
			for _, user := range users {
				Expect(user.ID).To(MatchRegexp(`^8:acs:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`))
				_, own, _ := strings.Cut(user.ID, "_")
				ms, err := strconv.ParseInt(strings.ReplaceAll(own, "-", "")[:16], 16, 64)
				Expect(err).NotTo(HaveOccurred())
				Expect(time.Date(2020, 1, 1, 8, 0, 0, 0, time.UTC).Add(time.Duration(ms) * time.Millisecond)).To(Equal(s.Now().UTC()))
				seen[user.ID] = true
			}
			Expect(seen).To(HaveLen(3))
		})
	})

	It("of another resource has a well-formed id", func() {
		s := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		one, other := s.NewUser(), s.ForeignUser()
		Expect(other.ID).To(HaveLen(len(one.ID)))
		Expect(resourceOf(other.ID)).NotTo(Equal(resourceOf(one.ID)))
	})
})

// payload is the claims of a token.
func payload(token string) string {
	GinkgoHelper()
	_, rest, _ := strings.Cut(token, ".")
	text, _, _ := strings.Cut(rest, ".")
	claims, err := base64.RawStdEncoding.DecodeString(text) // not every client reads the other alphabet
	Expect(err).NotTo(HaveOccurred())
	return string(claims)
}

// lifetimeOf is how long a token lives by its payload.
func lifetimeOf(payload string) time.Duration {
	GinkgoHelper()
	return time.Duration(number(field(payload, "exp"))-number(field(payload, "iat"))) * time.Second
}

// sameWhenDecoded lists the texts that differ from one in base64 in their last character or have a line break, and are the same bytes.
func sameWhenDecoded(encoding *base64.Encoding, text string) (others []string) {
	GinkgoHelper()
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
	body := strings.TrimRight(text, "=")
	last := text[strings.LastIndexByte(text, '.')+1:]
	bytes, err := encoding.DecodeString(last)
	Expect(err).NotTo(HaveOccurred())
	for _, c := range alphabet {
		other := body[:len(body)-1] + string(c) + text[len(body):]
		same, err := encoding.DecodeString(other[strings.LastIndexByte(other, '.')+1:])
		if err == nil && other != text && string(same) == string(bytes) {
			others = append(others, other)
		}
	}
	Expect(others).NotTo(BeEmpty())
	end := len(body) - 1
	return append(others, text[:end]+"\n"+text[end:], text[:end]+"\r"+text[end:])
}

var _ = Describe("A token", func() {
	It("has the claims of the service, in its order", func() {
		bubble(func(s *chattest.Service) {
			user := s.NewUser()
			token := s.Token(user, 90*time.Minute, "chat", "voip")
			parts := strings.Split(token, ".")
			Expect(parts).To(HaveLen(3))
			Expect(parts[2]).To(HaveLen(342))
			Expect(base64.RawURLEncoding.DecodeString(parts[0])).To(MatchRegexp(`^\{"alg":"RS256","kid":"[0-9A-F]{40}","x5t":"[\w-]{27}","typ":"JWT"\}$`))
			now := s.Now().Unix()
			Expect(payload(token)).To(Equal(fmt.Sprintf(
				`{"skypeid":%q,"scp":1792,"csi":"%d","exp":%d,"rgn":"amer","acsScope":"chat,voip","resourceId":%q,"resourceLocation":"unitedstates","iat":%d}`,
				strings.TrimPrefix(user.ID, "8:"), now, now+5400, strings.TrimPrefix(resourceOf(user.ID), "8:acs:"), now)))
		})
	})

	It("is valid for 24 hours by default, and never for less than requested", func() {
		bubble(func(s *chattest.Service) {
			s.Advance(900 * time.Millisecond)
			ana := newPerson(s)
			Expect(lifetimeOf(payload(ana.token))).To(Equal(24 * time.Hour))
			ana.token = s.Token(ana.User, time.Second)
			time.Sleep(999 * time.Millisecond)
			ana.mustGet("/chat/threads")
			time.Sleep(time.Second)
			ana.get("/chat/threads").must(401)
		})
	})

	DescribeTable("has the requested time between iat and exp, in whole seconds, also right after a revocation",
		func(asked, whole time.Duration) {
			bubble(func(s *chattest.Service) {
				s.Advance(123456789)
				user := s.NewUser()
				for range 3 {
					Expect(lifetimeOf(payload(s.Token(user, asked)))).To(Equal(whole))
					s.Revoke(user)
				}
			})
		},
		Entry("an hour", time.Hour, time.Hour),
		Entry("a second", time.Second, time.Second),
		Entry("a bit more", time.Second+1, 2*time.Second),
		Entry("a nanosecond", time.Nanosecond, time.Second),
		Entry("a negative nanosecond", -time.Nanosecond, -time.Second),
		Entry("a negative hour", -time.Hour, -time.Hour),
	)

	It("is refused if any bit is changed, also the unused ones of its last character, and with a line break", func() {
		s := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		ana := newPerson(s.Service)
		good := ana.token
		for i := range good {
			for _, other := range []string{"A", "B", ".", "="} {
				ana.token = good[:i] + other + good[i+1:]
				if ana.token != good {
					ana.get("/chat/threads").must(401)
				}
			}
		}
		for _, other := range sameWhenDecoded(base64.RawURLEncoding, good) {
			ana.token = other
			ana.get("/chat/threads").must(401)
		}
		ana.token = good
		ana.mustGet("/chat/threads")
	})

	It("is verified once, and still expires", func() {
		s := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		ana := newPerson(s.Service)
		ana.mustGet("/chat/threads")
		ana.mustGet("/chat/threads")
		s.Advance(25 * time.Hour)
		ana.get("/chat/threads").must(401)
	})
})
