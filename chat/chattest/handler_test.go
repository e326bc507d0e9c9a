package chattest_test

import (
	"net/url"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("What comes before an operation", func() {
	var (
		s      *chattest.Server
		ana    *person
		thread string
	)
	BeforeEach(func() {
		s = chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		ana = newPerson(s.Service)
		thread = ana.thread("Front")
	})

	Context("the path", func() {
		It("may have ids and the colon of an action encoded or not", func() {
			id := strings.TrimPrefix(thread, "/chat/threads/")
			encoded := "/chat/threads/" + strings.ReplaceAll(url.QueryEscape(id), "+", "%20")
			Expect(encoded).To(And(ContainSubstring("19%3A"), ContainSubstring("%40thread.v2")))
			Expect(ana.mustGet(encoded).Body).To(Equal(ana.mustGet(thread).Body))
			ana.post(encoded+"/participants/%3Aadd", `{"participants":[]}`).matches(201, `{}`)
			ana.post(thread+"/participants/%3Aremove", identifier(s.NewUser().ID)).must(204)
		})

		DescribeTable("is 404 in the form of the service if it is unknown",
			func(target string) { ana.get(target).refused(404, "") },
			Entry("unknown", "/chat/nothing"),
			Entry("the root", "/"),
			Entry("with a slash at the end", "/chat/threads/"),
			Entry("with an empty segment", "/chat//threads"),
			Entry("with dots", "/chat/threads/../threads"),
			Entry("beside the APIs", "/identity"),
		)

		It("treats encoded dots as an id", func() {
			ana.get("/chat/threads/%2E%2E").refused(400, "")
		})

		DescribeTable("is 405 in the form of the service for another method",
			func(method, path, allow string) {
				a := ana.do(method, path, "")
				a.must(405)
				Expect(a.Header.Get("Allow")).To(Equal(allow))
				if method != "HEAD" {
					Expect(a.Body).To(Equal(refusal(405, "")))
				}
			},
			Entry("PUT of the threads", "PUT", "/chat/threads", "GET, POST"),
			Entry("POST to a thread", "POST", "/chat/threads/"+unknownThread, "DELETE, GET, PATCH"),
			Entry("GET of an action", "GET", "/chat/threads/"+unknownThread+"/participants/:add", "POST"),
			Entry("HEAD of the threads", "HEAD", "/chat/threads", "GET, POST"),
			Entry("OPTIONS of the threads", "OPTIONS", "/chat/threads", "GET, POST"),
		)
	})

	Context("the api-version", func() {
		It("may be any one that the service lists", func() {
			for v := range strings.SplitSeq(ana.get("/chat/threads").Header.Get("Api-Supported-Versions"), ", ") {
				ana.mustGet("/chat/threads?api-version=" + v)
			}
		})

		It("is required", func() {
			ana.get("/chat/threads?api-version=").matches(400,
				`{"error":{"code":"ApiVersionUnspecified","message":"An API version is required, but was not specified.","innerError":null}}`)
		})

		It("is checked before the token", func() {
			ana.token = ""
			ana.get("/chat/threads?api-version=2099-01-01").must(400)
		})
	})

	Context("the query", func() {
		It("counts the first value of a repeated parameter, as in the next links that clients extend", func() {
			Expect(items(ana.mustGet(thread + "/messages?maxPageSize=1&maxPageSize=2&" + version + "&api-version=none").Body)).To(HaveLen(1))
		})

		It("ignores an invalid start time beside a cursor", func() {
			link := nextLink(ana.mustGet(thread + "/messages?maxPageSize=1").Body)
			Expect(link).To(ContainSubstring("startTime=1%2F1%2F1970%2012%3A00%3A00%20AM%20%2B00%3A00"))
			ana.mustGet(link)
		})

		DescribeTable("is refused in the form of the service if it is malformed",
			func(query string) { ana.get(thread+"/messages?"+query).refused(400, "") },
			Entry("a size that is not a number", "maxPageSize=many"),
			Entry("a size that is too big for the type", "maxPageSize=4294967296"),
			Entry("a size of zero", "maxPageSize=0"),
			Entry("a negative size", "maxPageSize=-1"),
			Entry("a malformed start time", "startTime=yesterday"),
			Entry("a malformed cursor", "syncState=none"),
			Entry("a cursor of another thread", "syncState=3e0100000031"+strings.Repeat("0", 34)),
		)
	})

	Context("the body", func() {
		It("may have either JSON type, with any parameters", func() {
			for _, media := range []string{"application/json", "application/json; charset=utf-8", "application/merge-patch+json"} {
				ana.do("POST", thread+"/messages", `{"content":"x"}`, "Content-Type", media).must(201)
			}
			ana.do("POST", thread+"/messages", `{"content":"x"}`, "Content-Type", "text/plain").refused(415, "")
		})

		DescribeTable("is refused if the operation does not accept it",
			func(method, path, body string) { ana.do(method, thread+path, body).refused(400, "") },
			Entry("no message", "POST", "/messages", ""),
			Entry("malformed JSON", "POST", "/messages", "{"),
			Entry("a string in place of an object", "POST", "/messages", `"x"`),
			Entry("a number for a text", "POST", "/messages", `{"content":1}`),
			Entry("no participants", "POST", "/participants/:add", `{}`),
			Entry("malformed JSON for typing", "POST", "/typing", "{"),
			Entry("metadata of numbers", "PATCH", "", `{"metadata":{"n":1}}`),
			Entry("metadata that is a list", "PATCH", "", `{"metadata":[]}`),
		)

		It("has a maximum size", func() {
			ana.post(thread+"/messages", `{"content":"`+strings.Repeat("x", 1<<20)+`"}`).refused(413, "")
		})
	})

	Context("the token", func() {
		It("is required, and a 401 has no body", func() {
			for _, token := range []string{"", "none", "a.b.c", ana.token + "x", strings.Replace(ana.token, ".", ".A", 1)} {
				ana.token = token
				a := ana.get("/chat/threads")
				a.matches(401, "")
				Expect(a.Header).To(HaveKeyWithValue("Content-Length", []string{"0"}))
				Expect(a.Header).NotTo(Or(HaveKey("Content-Type"), HaveKey("Api-Supported-Versions"), HaveKey("Www-Authenticate")))
			}
			ana.token = ""
			ana.do("GET", "/chat/threads", "", "Authorization", "Basic abc").must(401)
		})

		It("may have its scheme in upper or lower case", func() {
			token := ana.token
			ana.token = ""
			ana.do("GET", "/chat/threads", "", "Authorization", "bearer "+token).must(200)
		})

		It("expires", func() {
			ana.token = s.Token(ana.User, time.Hour)
			ana.mustGet("/chat/threads")
			s.Advance(time.Hour - time.Minute)
			ana.mustGet("/chat/threads")
			s.Advance(time.Minute + time.Second)
			ana.get("/chat/threads").must(401)
		})

		It("may have expired before it was issued", func() {
			ana.token = s.Token(ana.User, -time.Nanosecond)
			ana.get("/chat/threads").must(401)
		})

		It("is invalid after a revocation, and one issued right after it is valid", func() {
			old := ana.token
			for range 3 {
				s.Revoke(ana.User)
				ana.get("/chat/threads").must(401)
				ana.token = s.Token(ana.User, 0)
				ana.mustGet("/chat/threads")
			}
			ana.token = old
			ana.get("/chat/threads").must(401)
		})

		It("is invalid after its user is deleted", func() {
			s.DeleteUser(ana.User)
			ana.get("/chat/threads").must(401)
			ana.token = s.Token(ana.User, 0)
			ana.get("/chat/threads").must(401)
		})

		It("is invalid for another service of the same process", func() {
			other := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
			ana.token = other.Token(other.NewUser(), 0)
			ana.get("/chat/threads").must(401)
			as(s.Service, s.ForeignUser()).get("/chat/threads").must(401)
		})
	})

	Describe("the scopes", func() {
		operations := []struct{ method, path, body string }{
			{"POST", "/chat/threads", `{"topic":"x"}`},
			{"PATCH", "{thread}", `{"topic":"x"}`},
			{"DELETE", "{thread}", ""},
			{"POST", "{thread}/participants/:add", `{"participants":[]}`},
			{"POST", "{thread}/participants/:remove", participant("x")},
			{"GET", "/chat/threads", ""},
			{"GET", "{thread}", ""},
			{"GET", "{thread}/participants", ""},
			{"POST", "{thread}/messages", `{"content":"x"}`},
			{"GET", "{thread}/messages", ""},
			{"GET", "{thread}/messages/1", ""},
			{"PATCH", "{thread}/messages/1", `{"content":"x"}`},
			{"DELETE", "{thread}/messages/1", ""},
			{"GET", "{thread}/readReceipts", ""},
			{"POST", "{thread}/readReceipts", `{"chatMessageId":"1"}`},
			{"POST", "{thread}/typing", ""},
		}
		DescribeTable("allow only their operations, and others are 403 without a message",
			func(scopes []string, closed int) {
				ana.token = s.Token(ana.User, 0, scopes...)
				for i, o := range operations {
					a := ana.do(o.method, strings.Replace(o.path, "{thread}", thread, 1), o.body)
					if i < closed {
						a.refused(403, "")
					} else {
						Expect(a.Status).NotTo(Or(Equal(401), Equal(403)), "%s %s", o.method, o.path)
						if o.method == "DELETE" && o.path == "{thread}" {
							thread = as(s.Service, ana.User).thread("Front")
						}
					}
				}
			},
			Entry("chat", []string{"chat"}, 0),
			Entry("chat.join", []string{"chat.join"}, 3),
			Entry("chat.join.limited", []string{"chat.join.limited"}, 5),
			Entry("voip", []string{"voip"}, 16),
			Entry("voip.join", []string{"voip.join"}, 16),
			Entry("voip and chat", []string{"voip", "chat"}, 0),
		)
	})
})
