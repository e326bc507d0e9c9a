package operations_test

import (
	"net/http"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/internal/operations"
)

var _ = Describe("The table of operations", func() {
	It("has complete rows", func() {
		for _, o := range operations.All() {
			Expect([]string{o.ID, o.Pattern, o.Name}).NotTo(ContainElement(""), o.ID)
			Expect(o.Versions).NotTo(BeEmpty(), o.ID)
			Expect(o.Scopes == nil).NotTo(Equal(strings.HasPrefix(o.ID, "Chat")), o.ID)
			Expect(o.Rates == nil).To(Equal(strings.HasPrefix(o.ID, "TeamsExtensionAssignment_")), o.ID)
		}
	})

	It("has each operation once", func() {
		mux := http.NewServeMux()
		var ids []string
		for _, o := range operations.All() {
			Expect(func() { mux.Handle(o.Pattern, http.NotFoundHandler()) }).NotTo(Panic(), o.ID)
			ids = append(ids, o.ID)
		}
		slices.Sort(ids)
		Expect(slices.Compact(slices.Clone(ids))).To(Equal(ids))
	})

	It("gives operations that are counted together the same rates", func() {
		most := make(map[operations.Rate]int)
		for _, o := range operations.All() {
			for _, r := range o.Rates {
				key := r
				key.Most = 0
				if known := most[key]; known != 0 {
					Expect(r.Most).To(Equal(known), "%s: %v", o.ID, r)
				}
				most[key] = r.Most
			}
		}
		Expect(most).To(HaveKeyWithValue(operations.Rate{Counter: "send typing notifications", Scope: operations.Thread, Window: time.Minute}, 30))
	})

	It("cannot be changed through what it returns", func() {
		operations.All()[0] = operations.Operation{}
		Expect(operations.All()[0].ID).To(Equal(operations.CreateChatThread))
	})

	It("finds operations by id and by pattern", func() {
		for _, o := range operations.All() {
			byID, ok := operations.ByID(o.ID)
			Expect(ok).To(BeTrue())
			byPattern, ok := operations.ByPattern(o.Pattern)
			Expect(ok).To(BeTrue())
			Expect([]string{byID.ID, byPattern.ID}).To(HaveEach(o.ID))
		}
		_, ok := operations.ByID("ChatThread_Archive")
		Expect(ok).To(BeFalse())
	})
})

var _ = Describe("Match", func() {
	It("finds every operation by a request, also behind a gateway", func() {
		wildcards := strings.NewReplacer("{", "", "}", "")
		for _, o := range operations.All() {
			method, path, _ := strings.Cut(wildcards.Replace(o.Pattern), " ")
			for _, prefix := range []string{"", "/gateway", "/chat/threads"} {
				found, above, arguments := operations.Match(method, prefix+path)
				Expect(found.ID).To(Equal(o.ID), prefix+path)
				Expect(above).To(Equal(prefix))
				for name, value := range arguments {
					Expect(value).To(Equal(name))
				}
				Expect(arguments).To(HaveLen(strings.Count(o.Pattern, "{")))
			}
		}
	})

	It("unescapes arguments", func() {
		o, _, arguments := operations.Match("GET", "/chat/threads/19%3Aa%2Fb@thread.v2/messages/17")
		Expect(o.ID).To(Equal(operations.GetChatMessage))
		Expect(arguments).To(Equal(map[string]string{"chatThreadId": "19:a/b@thread.v2", "chatMessageId": "17"}))
	})

	DescribeTable("finds nothing",
		func(method, path string) {
			o, above, arguments := operations.Match(method, path)
			Expect(o).To(BeZero())
			Expect(above).To(BeEmpty())
			Expect(arguments).To(BeEmpty())
		},
		Entry("for a request that is not known", "", ""),
		Entry("for another method", "PUT", "/chat/threads/19:a"),
		Entry("for another path", "GET", "/chat/threads/19:a/members"),
		Entry("for a path that is too short", "POST", "threads"),
		Entry("for a path that is not escaped properly", "GET", "/chat/threads/%zz"),
	)
})

var _ = Describe("Operation", func() {
	DescribeTable("is allowed by scopes",
		func(id string, scopes []string, allowed bool) {
			o, _ := operations.ByID(id)
			Expect(o.AllowedBy(scopes)).To(Equal(allowed))
		},
		Entry("chat creates threads", operations.CreateChatThread, []string{"voip", "chat"}, true),
		Entry("chat.join does not", operations.CreateChatThread, []string{"chat.join", "chat.join.limited"}, false),
		Entry("chat.join adds participants", operations.AddChatParticipants, []string{"chat.join"}, true),
		Entry("chat.join.limited does not", operations.AddChatParticipants, []string{"chat.join.limited"}, false),
		Entry("chat.join.limited sends messages", operations.SendChatMessage, []string{"chat.join.limited"}, true),
		Entry("voip does not", operations.SendChatMessage, []string{"voip", "voip.join"}, false),
		Entry("a token without scopes does not", operations.SendChatMessage, nil, false),
		Entry("no token serves the identity API", operations.CreateIdentity, []string{"chat"}, false),
	)

	DescribeTable("is in versions",
		func(id, version string, supported bool) {
			o, _ := operations.ByID(id)
			Expect(o.Supports(version)).To(Equal(supported))
		},
		Entry("chat", operations.SendChatMessage, "2025-03-15", true),
		Entry("the first version of chat", operations.SendChatMessage, "2021-03-07", true),
		Entry("typing, which is not listed there", operations.SendTypingNotification, "2021-03-07", true),
		Entry("not in those of the other API", operations.SendChatMessage, "2025-06-30", false),
		Entry("the exchange for Teams users", operations.ExchangeTeamsUserToken, "2021-10-31-preview", true),
		Entry("not in the version after its preview", operations.ExchangeTeamsUserToken, "2021-11-01", false),
		Entry("not in no version", operations.CreateIdentity, "", false),
	)
})
