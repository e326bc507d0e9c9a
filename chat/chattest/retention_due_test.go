package chattest_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
)

var _ = Describe("A retention policy", func() {
	const day = 24 * time.Hour
	var (
		s   *chattest.Service
		ana *person
	)
	BeforeEach(func() {
		s = chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true})).Service
		ana = newPerson(s)
	})
	// keep creates a thread that is kept for some days, and returns its path.
	keep := func(days string) string {
		GinkgoHelper()
		a := ana.post("/chat/threads", `{"topic":"Kept","retentionPolicy":{"kind":"threadCreationDate","deleteThreadAfterDays":`+days+`}}`).must(201)
		return "/chat/threads/" + field(field(a.Body, "chatThread"), "id")
	}
	// later moves the clock, with a token that has not expired then.
	later := func(d time.Duration) {
		s.Advance(d)
		ana = as(s, ana.User)
	}
	deletions := func() []chattest.Event { return s.Events(events.KindThreadDeleted) }

	It("deletes the thread when it is due, and not before", func() {
		bubble(func(service *chattest.Service) {
			s, ana = service, newPerson(service)
			thread := keep("60")
			later(60*day - time.Minute)
			ana.mustGet(thread)
			Expect(deletions()).To(BeEmpty())
			later(time.Minute)
			ana.get(thread).must(404)
			ana.post(thread+"/messages", `{"content":"x"}`).must(403)
			Expect(field(items(ana.mustGet("/chat/threads").Body)[0], "deletedOn")).To(Equal(second(s.Now())))
		})
	})

	It("is published as a deletion without an initiator", func() {
		keep("30")
		later(31 * day)
		Expect(deletions()).To(HaveLen(1))
		Expect(deletions()[0].Recipients).To(ConsistOf(ana.User))
		deleted := deletions()[0].Event.(events.ThreadDeleted)
		Expect(deleted.Reason).To(Equal(events.DeletionReasonPolicy))
		Expect(deleted.DeletedBy).To(BeZero())
	})

	It("deletes each thread at its own time", func() {
		keep("31")
		keep("30")
		later(30*day + time.Hour)
		Expect(deletions()).To(HaveLen(1))
		later(day)
		Expect(deletions()).To(HaveLen(2))
	})

	It("may be set, changed and removed later", func() {
		set, changed, removed := ana.thread("Set"), keep("30"), keep("30")
		ana.mustPatch(set, `{"retentionPolicy":{"kind":"threadCreationDate","deleteThreadAfterDays":40}}`)
		ana.mustPatch(changed, `{"retentionPolicy":{"kind":"threadCreationDate","deleteThreadAfterDays":50}}`)
		ana.mustPatch(removed, `{"retentionPolicy":{"kind":"none"}}`)
		later(39 * day)
		Expect(deletions()).To(BeEmpty())
		later(2 * day)
		Expect(deletions()).To(HaveLen(1))
		later(10 * day)
		Expect(deletions()).To(HaveLen(2))
		later(90 * day)
		ana.mustGet(removed)
	})

	It("deletes at the next request or read, without the clock being moved", func() {
		bubble(func(s *chattest.Service) {
			ana := newPerson(s)
			a := ana.post("/chat/threads", `{"topic":"Kept","retentionPolicy":{"kind":"threadCreationDate","deleteThreadAfterDays":30}}`).must(201)
			time.Sleep(30 * day)
			Expect(s.Threads()[0].DeletedOn).To(BeTemporally("~", time.Now(), time.Second), a.Body)
		})
	})

	It("deletes threads that became due while the service was not running", func() {
		path := GinkgoT().TempDir() + "/data"
		open := func() *chattest.Service {
			s, err := chattest.Open(api.Watch(&chattest.Options{Path: path}))
			Expect(err).NotTo(HaveOccurred())
			return s
		}
		s = open()
		ana = newPerson(s)
		keep("30")
		Expect(s.Close()).To(Succeed())
		s = open()
		defer func() { Expect(s.Close()).To(Succeed()) }()
		s.Advance(31 * day)
		Expect(deletions()).To(HaveLen(1))
	})
})
