package chattest_test

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("A user", func() {
	It("has an id that tells when it was made, and that nobody else has", func() {
		bubble(func(s *chattest.Service) {
			s.Advance(1234 * time.Millisecond)
			users := append(s.Users(2), s.NewUser())
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
		s := chattest.NewServer(GinkgoTB(), &chattest.Options{NoSocket: true})
		one, other := s.NewUser(), s.ForeignUser()
		Expect(other.ID).To(HaveLen(len(one.ID)))
		Expect(resourceOf(other.ID)).NotTo(Equal(resourceOf(one.ID)))
	})
})

var _ = Describe("A token", func() {
	decode := func(token string) (header, payload string) {
		GinkgoHelper()
		parts := strings.Split(token, ".")
		Expect(parts).To(HaveLen(3))
		Expect(parts[2]).To(HaveLen(342))
		h, err := base64.RawURLEncoding.DecodeString(parts[0])
		Expect(err).NotTo(HaveOccurred())
		p, err := base64.RawStdEncoding.DecodeString(parts[1]) // not every client reads the other alphabet
		Expect(err).NotTo(HaveOccurred())
		return string(h), string(p)
	}

	It("has the claims of the service, in its order", func() {
		bubble(func(s *chattest.Service) {
			user := s.NewUser()
			header, payload := decode(s.Token(user, 90*time.Minute, "chat", "voip"))
			Expect(header).To(MatchRegexp(`^\{"alg":"RS256","kid":"[0-9A-F]{40}","x5t":"[\w-]{27}","typ":"JWT"\}$`))
			now := s.Now().Unix()
			Expect(payload).To(Equal(fmt.Sprintf(
				`{"skypeid":%q,"scp":1792,"csi":"%d","exp":%d,"rgn":"amer","acsScope":"chat,voip","resourceId":%q,"resourceLocation":"unitedstates","iat":%d}`,
				strings.TrimPrefix(user.ID, "8:"), now, now+5400, strings.TrimPrefix(resourceOf(user.ID), "8:acs:"), now)))
		})
	})

	It("is good for 24 hours when nobody says, and never for less than was asked", func() {
		bubble(func(s *chattest.Service) {
			s.Advance(900 * time.Millisecond)
			ana := newPerson(s)
			_, payload := decode(ana.token)
			Expect(number(field(payload, "exp"))).To(Equal(s.Now().Unix() + 86400 + 1))
			ana.token = s.Token(ana.User, time.Second)
			time.Sleep(999 * time.Millisecond)
			ana.mustGet("/chat/threads")
			time.Sleep(time.Second)
			ana.get("/chat/threads").must(401)
		})
	})

	It("that was checked is checked no more, but still ends", func() {
		s := chattest.NewServer(GinkgoTB(), &chattest.Options{NoSocket: true})
		ana := newPerson(s.Service)
		ana.mustGet("/chat/threads")
		ana.mustGet("/chat/threads")
		s.Advance(25 * time.Hour)
		ana.get("/chat/threads").must(401)
	})
})
