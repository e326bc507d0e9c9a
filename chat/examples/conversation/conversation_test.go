package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

// suiteT is the test that runs the suite; a synctest bubble needs one.
var suiteT *testing.T

func TestConversation(t *testing.T) {
	suiteT = t
	RegisterFailHandler(Fail)
	RunSpecs(t, "conversation")
}

// shop is a service with the people of the specs.
type shop struct {
	*chattest.Service
	desk, agent, customer chattest.User
}

// open runs f in virtual time, with a service of its own.
func open(f func(s *shop)) {
	GinkgoHelper()
	synctest.Test(suiteT, func(*testing.T) {
		defer GinkgoRecover()
		service, err := chattest.Open(nil)
		Expect(err).NotTo(HaveOccurred())
		defer func() { Expect(service.Close()).To(Succeed()) }()
		users := service.NewUsers(3)
		f(&shop{service, users[0], users[1], users[2]})
	})
}

// backend is a process that has just started. stop ends it.
func (s *shop) backend(t table) (c *conversations, stop func() error) {
	GinkgoHelper()
	mint := func(_ context.Context, user chat.CommunicationUser) (chat.AccessToken, error) {
		return chat.AccessToken{Token: s.Token(user, time.Hour)}, nil
	}
	fleet, err := chat.NewFleet(s.Endpoint(), mint, &chat.FleetOptions{ClientOptions: *s.ClientOptions()})
	Expect(err).NotTo(HaveOccurred())
	return &conversations{fleet: fleet, desk: s.desk, table: t}, fleet.Close
}

func (s *shop) people() []chat.Participant {
	return []chat.Participant{{Identifier: s.customer, DisplayName: "Customer"}, {Identifier: s.agent, DisplayName: "Agent"}}
}

func newTable() *memory { return &memory{threads: make(map[string]string)} }

var _ = Describe("A conversation", func() {
	complete := func(s *shop) {
		GinkgoHelper()
		Expect(s.Threads()).To(HaveLen(1))
		id := s.Threads()[0].ID
		Expect(s.Participants(id)).To(HaveLen(3))
		Expect(s.Texts(id)).To(Equal([]string{"Hello! How can we help you with order 17?"}))
	}

	DescribeTable("is opened once if", func(fail func(*shop)) {
		open(func(s *shop) {
			fail(s)
			t := newTable()
			for range 10 { // the customer tries again, each time with another process
				c, stop := s.backend(t)
				_, err := c.open(context.Background(), "17", s.people()...)
				Expect(stop()).To(Succeed())
				if err == nil {
					complete(s)
					return
				}
			}
			Fail("it was never opened")
		})
	},
		Entry("nothing fails", func(*shop) {}),
		Entry("the answer to the creation is lost, five times", func(s *shop) {
			s.Fail(chattest.CreateChatThread, chattest.Fault{LoseReply: true, Times: 5})
		}),
		Entry("the answer to the welcome is lost, five times", func(s *shop) {
			s.Fail(chattest.SendChatMessage, chattest.Fault{LoseReply: true, Times: 5})
		}),
		Entry("the welcome is lost", func(s *shop) { s.Fail(chattest.SendChatMessage, chattest.Fault{LoseRequest: true, Times: 5}) }),
		Entry("the service is unavailable for a while", func(s *shop) { s.Fail(chattest.Any, chattest.Fault{Status: 503, Times: 20}) }),
		Entry("the welcome and then the thread cannot be reached", func(s *shop) {
			s.Fail(chattest.SendChatMessage, chattest.Fault{Status: 500, Times: 5})
			s.Fail(chattest.GetChatThreadProperties, chattest.Fault{Status: 500, Times: 8})
		}),
		Entry("people are not added at first", func(s *shop) {
			s.Fail(chattest.AddChatParticipants, chattest.Fault{Status: 503, Times: 8})
		}),
		Entry("every token is revoked in between", func(s *shop) {
			s.Fail(chattest.SendChatMessage, chattest.Fault{RevokedToken: true})
		}),
	)

	It("is opened once by calls at the same time", func() {
		open(func(s *shop) {
			c, stop := s.backend(newTable())
			ids := make(chan string, 5)
			for range cap(ids) {
				go func() {
					defer GinkgoRecover()
					id, err := c.open(context.Background(), "17", s.people()...)
					Expect(err).NotTo(HaveOccurred())
					ids <- id
				}()
			}
			for range cap(ids) {
				Expect(<-ids).To(Equal(s.Threads()[0].ID))
			}
			complete(s)
			Expect(stop()).To(Succeed())
		})
	})

	It("is found in the table without another creation", func() {
		open(func(s *shop) {
			t := newTable()
			for range 2 {
				c, stop := s.backend(t)
				Expect(c.open(context.Background(), "17", s.people()...)).Error().NotTo(HaveOccurred())
				Expect(stop()).To(Succeed())
			}
			complete(s)
			Expect(s.Requests(chattest.CreateChatThread)).To(HaveLen(1))
		})
	})

	It("is one for each order", func() {
		open(func(s *shop) {
			c, stop := s.backend(newTable())
			for _, order := range []string{"17", "18"} {
				Expect(c.open(context.Background(), order, s.people()...)).Error().NotTo(HaveOccurred())
			}
			Expect(s.Threads()).To(HaveLen(2))
			Expect(stop()).To(Succeed())
		})
	})

	DescribeTable("is answered over HTTP", func(prepare func(*shop), status int) {
		open(func(s *shop) {
			prepare(s)
			c, stop := s.backend(newTable())
			w := httptest.NewRecorder()
			newHandler(c, s.agent, slog.New(slog.DiscardHandler)).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/orders/17/conversation?customer="+s.customer.ID, nil))
			Expect(w.Code).To(Equal(status))
			Expect(stop()).To(Succeed())
		})
	},
		Entry("with the thread", func(*shop) {}, http.StatusOK),
		Entry("with a reason to try again", func(s *shop) { s.Fail(chattest.Any, chattest.Fault{Status: 503, Times: -1}) }, http.StatusServiceUnavailable),
		Entry("with a refusal for a customer who was deleted", func(s *shop) { s.DeleteUser(s.customer) }, http.StatusUnprocessableEntity),
		Entry("with a refusal for no customer", func(s *shop) { s.customer.ID = "" }, http.StatusUnprocessableEntity),
	)
})
