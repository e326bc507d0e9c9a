package chattest_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gleak"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("The real-time connection", func() {
	for _, socket := range []bool{true, false} {
		Context(map[bool]string{true: "over a socket", false: "in process"}[socket], func() {
			var (
				s       *chattest.Server
				ana, bo *person
				thread  string
			)
			BeforeEach(func() {
				s = chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: !socket}))
				people := newPeople(s.Service, 2)
				ana, bo = people[0], people[1]
				thread = ana.thread("Live", ana, bo)
			})

			It("delivers events to every registered client, in order", func() {
				a, b := listen(ana), listen(bo)
				for i := range 50 {
					ana.send(thread, fmt.Sprint(i))
				}
				for _, l := range []*listener{a, b} {
					for i := range 50 {
						Expect(l.next()).To(HaveKeyWithValue("messageBody", fmt.Sprint(i)))
					}
					Expect(l.names()).To(BeEmpty())
					l.stop()
				}
			})

			It("ends when the client closes it, and then delivers nothing", func() {
				l := listen(bo)
				l.stop()
				ana.send(thread, "hi")
				l.connect()
				Expect(l.names()).To(BeEmpty())
			})

			It("ends when the service closes", func() {
				l := listen(bo)
				Expect(s.Close()).To(Succeed())
				Eventually(l.ended).Should(BeClosed())
			})

			It("receives and sends frames of 112 KB", func() {
				l := listen(bo)
				text := strings.Repeat(`"`, 28_000)
				ana.send(thread, text)
				Expect(l.next()).To(HaveKeyWithValue("messageBody", text))
				Expect(l.write("3:::" + strings.Repeat("x", 112<<10))).To(Succeed())
				Expect(l.ping()).To(Equal(`["pong"]`))
			})
		})
	}

	Context("step by step", func() {
		var (
			s   *chattest.Server
			bo  *person
			l   *listener
			ana *person
		)
		BeforeEach(func() {
			s = chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
			people := newPeople(s.Service, 2)
			ana, bo = people[0], people[1]
			l = newListener(bo)
		})

		It("is configured by the host that the caller used", func() {
			a := bo.do("GET", "/chat/config/realTimeNotifications?api-version=2024-09-01", "", "Host", "emulator:8443").must(200)
			Expect(a.Body).To(Equal(`{"trouterServiceUrl":"https://emulator:8443","registrarServiceUrl":"https://emulator:8443/registrar","cloudType":"Public"}`))
			Expect(a.Header.Get("Content-Type")).To(Equal("application/json; charset=utf-8"))
		})

		It("requires a version and a valid token for the configuration", func() {
			bo.get("/chat/config/realTimeNotifications?api-version=2024-09-02").must(400)
			bo.do("GET", "/chat/config/realTimeNotifications?api-version=2024-09-01", "", "Authorization", "Bearer x").must(401)
		})

		It("is allocated for a week, at the root of an origin and with parameters that need no escaping", func() {
			a := l.allocate().must(200)
			Expect(field(a.Body, "socketio")).To(Equal(s.Endpoint() + "/"))
			Expect(field(a.Body, "surl")).To(And(MatchRegexp(`^`+s.Endpoint()+`/v4/f/[\w-]{12}/$`), Equal(field(a.Body, "url"))))
			Expect(field(a.Body, "ttl")).To(Equal("604800"))
			Expect(l.parameters).To(And(HaveKey("sr"), HaveKey("sig"), HaveEach(MatchRegexp(`^[\w-]+$`))))
			Expect(time.UnixMilli(number(l.parameters["se"]))).To(BeTemporally("~", s.Now().Add(7*24*time.Hour), time.Minute))
		})

		It("keeps its id at a reconnection that proves the allocation, and gets another one otherwise", func() {
			l.allocate().must(200)
			first := l.surl
			l.allocate().must(200)
			Expect(l.surl).To(Equal(first))
			l.parameters["sig"] = strings.Repeat("0", 64)
			l.allocate().must(200)
			Expect(l.surl).NotTo(Equal(first))
			other := newListener(ana)
			other.parameters = l.parameters
			other.allocate().must(200)
			Expect(other.surl).NotTo(Equal(l.surl))
			second := l.surl
			s.Advance(8 * 24 * time.Hour)
			l.person = as(s.Service, bo.User)
			l.allocate().must(200)
			Expect(l.surl).NotTo(Equal(second))
		})

		It("refuses a handshake for a connection that was not allocated", func() {
			l.handshake().must(403)
		})

		It("refuses an expired token at every step", func() {
			l.allocate().must(200)
			s.Revoke(bo.User)
			for _, a := range []answer{
				l.request("POST", s.Endpoint()+"/v4/a", ""), l.handshake(), l.register(),
				l.request("DELETE", s.Endpoint()+"/registrar/v3/registrations/x", ""),
			} {
				a.must(401)
			}
		})

		It("lets pages of another origin send requests and read refusals", func() {
			for _, step := range []struct{ method, path string }{
				{"GET", "/chat/config/realTimeNotifications"}, {"POST", "/v4/a"}, {"GET", "/socket.io/1/"},
				{"POST", "/registrar/v3/registrations"}, {"DELETE", "/registrar/v3/registrations/x"},
			} {
				asked := bo.do("OPTIONS", step.path, "", "Origin", "https://example.com",
					"Access-Control-Request-Method", step.method, "Access-Control-Request-Headers", "x-skypetoken")
				Expect(asked.Status).To(BeNumerically("~", 250, 50))
				Expect(asked.Header.Get("Access-Control-Allow-Headers")).To(Equal("x-skypetoken"))
				refused := bo.do(step.method, step.path+"?api-version=2024-09-01", "", "Origin", "https://example.com", "Authorization", "", "X-Skypetoken", "x").must(401)
				Expect(refused.Header.Get("Access-Control-Allow-Origin")).To(Equal("*"))
			}
		})

		It("records its requests without tokens", func() {
			l.connect()
			l.register().must(202)
			var operations []chattest.Operation
			for _, q := range s.Requests() {
				operations = append(operations, q.Operation)
				Expect(q.User).To(Equal(bo.User))
				Expect(q.Header).NotTo(HaveKey("X-Skypetoken"))
			}
			Expect(operations).To(Equal([]chattest.Operation{
				chattest.GetRealtimeConfiguration, chattest.AllocateRealtimeConnection, chattest.HandshakeRealtime, chattest.OpenRealtimeSocket,
				chattest.RegisterRealtime,
			}))
			Expect(s.Requests(chattest.OpenRealtimeSocket)[0].Status).To(Equal(101))
		})

		It("opens a socket without a handshake, and ends it with a frame", func() {
			l.allocate().must(200)
			Expect(l.open("a1b2c3d4e5f60718-0918273645546372")).To(Succeed())
			Expect(l.frame()).To(Equal("1::"))
			Expect(l.frame()).To(Equal("0::"))
			Eventually(l.ended).Should(BeClosed())
		})

		It("answers requests for a socket that are no WebSocket upgrade", func() {
			bo.get("/socket.io/1/websocket/x").must(426)
		})

		DescribeTable("refuses an invalid registration",
			func(body string) {
				l.configure()
				l.request("POST", l.registrar+"/v3/registrations", body).must(400)
			},
			Entry("malformed JSON", `x`),
			Entry("no id", `{"transports":{"TROUTER":[{"path":"https://x/v4/f/a/","ttl":7200}]}}`),
			Entry("no transport", `{"registrationId":"x"}`),
			Entry("another path", `{"registrationId":"x","transports":{"TROUTER":[{"path":"https://x/","ttl":7200}]}}`),
			Entry("no duration", `{"registrationId":"x","transports":{"TROUTER":[{"path":"https://x/v4/f/a/"}]}}`),
		)

		It("acknowledges every frame that requests it, echoes heartbeats and ignores malformed frames", func() {
			l.connect()
			for _, text := range []string{"", "x", "9:::x", "5:::{", "2::", `5:::{"name":"no acknowledgement"}`, "3:::{"} {
				Expect(l.write(text)).To(Succeed())
			}
			Expect(l.frame()).To(Equal("2::"))
			Expect(l.say(`{"name":"trouter.processed_message_loss","args":[]}`)).To(Equal("[]"))
			Expect(l.ping()).To(Equal(`["pong"]`))
			Expect(l.write("5:77::{}")).To(Succeed())
			Eventually(l.acks).Should(Receive(Equal("77")))
		})
	})

	Context("before and after the registration", func() {
		var (
			s       *chattest.Server
			ana, bo *person
			thread  string
		)
		BeforeEach(func() {
			s = chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
			people := newPeople(s.Service, 3)
			ana, bo = people[0], people[1]
			thread = ana.thread("Live", ana, bo)
		})

		It("holds events between the connection and the first registration", func() {
			l := newListener(bo)
			ana.send(thread, "too early")
			l.connect()
			for i := range 200 {
				ana.send(thread, fmt.Sprint(i))
			}
			Expect(l.names()).To(BeEmpty())
			l.register().must(202)
			ana.send(thread, "200")
			for i := range 201 {
				Expect(l.next()).To(HaveKeyWithValue("messageBody", fmt.Sprint(i)))
			}
		})

		It("holds events after a reconnection too, and delivers none from before it", func() {
			l := listen(bo)
			l.cut()
			Eventually(s.Connections).Should(BeEmpty())
			ana.send(thread, "missed")
			l.parameters = nil
			l.connect()
			ana.send(thread, "held")
			Expect(l.names()).To(BeEmpty())
			l.register().must(202)
			Expect(l.next()).To(HaveKeyWithValue("messageBody", "held"))
			Expect(l.names()).To(BeEmpty())
		})

		It("delivers at once if a connection is reopened with its id", func() {
			l := listen(bo)
			l.cut()
			l.connect()
			ana.send(thread, "hi")
			Expect(l.next()).To(HaveKeyWithValue("messageBody", "hi"))
		})

		It("delivers only to the newest socket of a connection, and ends the older one", func() {
			older := listen(bo)
			newer := newListener(bo)
			newer.parameters = older.parameters
			newer.connect()
			Expect(older.frame()).To(Equal("0:::dup"))
			Eventually(older.ended).Should(BeClosed())
			newer.register().must(202)
			ana.send(thread, "hi")
			Expect(newer.names()).To(Equal([]string{"chatMessageReceived"}))
			Expect(older.came).To(BeEmpty())
		})

		It("delivers once while a client changes to another connection", func() {
			older := listen(bo)
			newer := newListener(bo)
			newer.connect()
			ana.send(thread, "on the older")
			newer.register().must(202)
			ana.send(thread, "on the newer")
			Expect(older.next()).To(HaveKeyWithValue("messageBody", "on the older"))
			Expect(older.names()).To(BeEmpty())
			Expect(newer.next()).To(HaveKeyWithValue("messageBody", "on the newer"))
			Expect(newer.names()).To(BeEmpty())
		})

		It("delivers to every client of a user", func() {
			first, second := listen(bo), newListener(bo)
			second.endpoint = "00000000-5c4d-4011-b718-be59160a9b14"
			second.connect()
			second.register().must(202)
			ana.send(thread, "hi")
			Expect(first.names()).To(Equal([]string{"chatMessageReceived"}))
			Expect(second.names()).To(Equal([]string{"chatMessageReceived"}))
		})

		It("does not let a user register for the connection of another", func() {
			l, thief := listen(bo), newListener(newPerson(s.Service))
			thief.configure()
			thief.surl = l.surl
			thief.register().must(202)
			private := thief.thread("Private")
			thief.send(private, "mine")
			Expect(l.names()).To(BeEmpty())
			ana.send(thread, "hi")
			Expect(l.names()).To(Equal([]string{"chatMessageReceived"}))
		})

		It("continues after the token expires, and not after the registration expires", func() {
			bubble(func(s *chattest.Service) {
				people := newPeople(s, 2)
				ana, bo := people[0], people[1]
				thread := ana.thread("Live", ana, bo)
				l := listen(bo)
				s.Advance(25 * time.Hour) // which no client can know of
				ana = as(s, ana.User)
				ana.send(thread, "one")
				Expect(l.names()).To(Equal([]string{"chatMessageReceived"}))
				time.Sleep(7199 * time.Second)
				ana.send(thread, "two")
				Expect(l.names()).To(Equal([]string{"chatMessageReceived"}))
				time.Sleep(2 * time.Second)
				ana.send(thread, "three")
				Expect(l.names()).To(BeEmpty())
				l.person = as(s, bo.User)
				l.register().must(202)
				ana.send(thread, "four")
				Expect(l.names()).To(Equal([]string{"chatMessageReceived"}))
				l.stop()
			})
		})

		It("ends with Reset", func() {
			l := listen(bo)
			s.Reset()
			Eventually(l.ended).Should(BeClosed())
			Eventually(s.Connections).Should(BeEmpty())
		})

		It("reports the deletion of a thread by a retention policy without a request", func() {
			bubble(func(s *chattest.Service) {
				ana := newPerson(s)
				ana.post("/chat/threads", `{"topic":"Kept","retentionPolicy":{"kind":"threadCreationDate","deleteThreadAfterDays":30}}`).must(201)
				l := newListener(ana)
				l.connect()
				l.register().must(202)
				ana.post("/chat/threads", `{"topic":"Kept","retentionPolicy":{"kind":"threadCreationDate","deleteThreadAfterDays":40}}`).must(201)
				Expect(l.next()).To(HaveKeyWithValue("createdBy", Not(BeEmpty())))
				for _, days := range []time.Duration{29, 9} {
					time.Sleep(days * 24 * time.Hour)
					l.person = as(s, ana.User)
					l.registerFor(48 * 3600).must(202)
					Expect(l.names()).To(BeEmpty())
					time.Sleep(24 * time.Hour)
					Expect(l.next()).To(HaveKeyWithValue("reason", "deletedByPolicy"))
				}
				l.cut()
			})
		})
	})

	Context("with a client that does not keep up", func() {
		It("does not wait, and disconnects it", func() {
			s := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
			people := newPeople(s.Service, 2)
			ana, bo := people[0], people[1]
			thread := ana.thread("Live", ana, bo)
			l := newListener(bo)
			l.connect()
			l.register().must(202)
			block := make(chan struct{})
			defer close(block)
			l.stall <- block
			for i := range 1100 {
				ana.send(thread, fmt.Sprint(i))
			}
			Eventually(s.Connections).Should(BeEmpty())
		})
	})

	It("leaves no goroutine behind", func() {
		before := gleak.Goroutines()
		s, err := chattest.Open(api.Watch(nil))
		Expect(err).NotTo(HaveOccurred())
		people := newPeople(s, 5)
		thread := people[0].thread("Live", people...)
		Eventually(gleak.Goroutines).ShouldNot(gleak.HaveLeaked(before))
		listeners := make([]*listener, len(people))
		for i, p := range people {
			listeners[i] = listen(p)
		}
		people[0].send(thread, "hi")
		for _, l := range listeners {
			Expect(l.next()).NotTo(BeNil())
		}
		listeners[0].stop()
		listeners[1].cut()
		Expect(s.Close()).To(Succeed())
		for _, l := range listeners {
			<-l.ended
		}
		Eventually(gleak.Goroutines).ShouldNot(gleak.HaveLeaked(before))
	})

	It("ends if the client gives up while it opens", func(ctx SpecContext) {
		s := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		s.Fail(chattest.OpenRealtimeSocket, chattest.Fault{Delay: time.Hour})
		impatient, cancel := context.WithCancel(ctx)
		req, err := http.NewRequestWithContext(impatient, http.MethodGet, s.Endpoint()+"/socket.io/1/websocket/x", nil)
		Expect(err).NotTo(HaveOccurred())
		req.Header.Set("Upgrade", "websocket")
		time.AfterFunc(10*time.Millisecond, cancel)
		_, err = s.Transport().Do(req)
		Expect(err).To(MatchError(context.Canceled))
	})
})
