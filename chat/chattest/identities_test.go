package chattest_test

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

const notOwned = "Provided identity doesn't belong to the resource."

var _ = Describe("The identity API", func() {
	var (
		s *chattest.Server
		m *manager
	)
	BeforeEach(func() {
		s = chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		m = managerOf(s.Service)
	})
	identity := func(id string) string { return "/identities/" + id }

	Describe("creates a user", func() {
		DescribeTable("alone",
			func(body string, headers ...string) {
				a := m.do("POST", "/identities", body, headers...).must(201)
				id := field(field(a.Body, "identity"), "id")
				Expect(a.Body).To(Equal(`{"identity":{"id":"` + id + `"}}`))
				Expect(resourceOf(id)).To(Equal(resourceOf(s.NewUser().ID)))
				as(s.Service, chattest.User{ID: id}).mustGet("/chat/threads")
			},
			Entry("without a body", ""),
			Entry("without a body, but with a type for it", "", "Content-Type", "application/json"),
			Entry("for an empty object", `{}`),
			Entry("for nulls", `{"createTokenWithScopes": null, "expiresInMinutes": null}`),
			Entry("for no scopes", `{"createTokenWithScopes":[]}`),
			Entry("for an unknown member", `{"customId":"x"}`),
		)

		It("with a token that is valid at once", func() {
			a := m.post("/identities", `{"createTokenWithScopes":["chat"],"expiresInMinutes":null}`).must(201)
			Expect(a.Body).To(MatchRegexp(`^\{"identity":\{"id":"8:acs:[0-9a-f_-]{73}"\},"accessToken":\{"token":"eyJ[\w-]+\.[\w-]+\.[\w-]+","expiresOn":"[^"]+"\}\}$`))
			p := &person{service: s.Service, token: field(field(a.Body, "accessToken"), "token")}
			p.User.ID = field(field(a.Body, "identity"), "id")
			Expect(people(p, p.thread("Mine"))).To(Equal([]string{p.ID}))
		})
	})

	Describe("issues a token", func() {
		It("with the requested scopes", func() {
			user := s.NewUser()
			token := func(scopes string) *person {
				a := m.post(identity(user.ID)+"/:issueAccessToken", `{"scopes":[`+scopes+`]}`).must(200)
				Expect(a.Body).To(MatchRegexp(`^\{"token":"eyJ[\w-]+\.[\w-]+\.[\w-]+","expiresOn":"[^"]+"\}$`))
				return &person{User: user, service: s.Service, token: field(a.Body, "token")}
			}
			token(`"chat"`).thread("Mine")
			token(`"chat.join.limited","voip"`).mustGet("/chat/threads")
			token(`"voip"`).get("/chat/threads").refused(403, "")
			Expect(lastReason(s.Service)).To(Equal("the token has the scopes voip"))
		})

		DescribeTable("with an expiresOn to a tenth of a microsecond, without trailing zeros",
			func(minutes string, lifetime time.Duration, nanos int, fraction string) {
				bubble(func(s *chattest.Service) {
					m := managerOf(s)
					user := s.NewUser()
					time.Sleep(time.Duration(nanos))
					a := m.post(identity(user.ID)+"/:issueAccessToken", `{"scopes":["chat"],"expiresInMinutes":`+minutes+`}`).must(200)
					Expect(field(a.Body, "expiresOn")).To(Equal(s.Now().Add(lifetime).UTC().Format("2006-01-02T15:04:05") + fraction + "+00:00"))
					p := &person{User: user, service: s, token: field(a.Body, "token")}
					claims := payload(p.token)
					Expect(number(field(claims, "iat"))).To(Equal(s.Now().Unix()))
					Expect(number(field(claims, "exp"))).To(Equal(s.Now().Add(lifetime).Unix()))
					time.Sleep(lifetime - time.Millisecond)
					p.mustGet("/chat/threads")
					time.Sleep(time.Second + time.Millisecond)
					p.get("/chat/threads").must(401)
					Expect(lastReason(s)).To(HavePrefix("the token expired on 2026-01-0"))
				})
			},
			Entry("the shortest", "60", time.Hour, 123456789, ".1234567"),
			Entry("the longest", "1440", 24*time.Hour, 731042000, ".731042"),
			Entry("by default", "null", 24*time.Hour, 0, ""),
		)

		It("that expires at the expiresOn of the response, without its fraction", func() {
			bubble(func(s *chattest.Service) {
				time.Sleep(987654321)
				m := managerOf(s)
				user := s.NewUser()
				for range 3 {
					s.Revoke(user)
					a := m.post(identity(user.ID)+"/:issueAccessToken", `{"scopes":["chat"]}`).must(200)
					claims := payload(field(a.Body, "token"))
					Expect(lifetimeOf(claims)).To(Equal(24 * time.Hour))
					Expect(field(a.Body, "expiresOn")).To(HavePrefix(time.Unix(number(field(claims, "exp")), 0).UTC().Format("2006-01-02T15:04:05.")))
				}
			})
		})

		DescribeTable("only to a user of the resource",
			func(id func() string) {
				for _, body := range []string{`{"scopes":["chat","voip"]}`, `{"scopes":["chat"],"expiresInMinutes":60}`} {
					a := m.post(identity(id())+"/:issueAccessToken", body)
					a.matches(401, documented("IdentityNotOwned", notOwned, ""))
					Expect(a.Header).To(HaveKey("Api-Supported-Versions"))
				}
			},
			Entry("zeros", func() string { return "8:acs:" + zeros + "_" + zeros }),
			Entry("a user of another resource", func() string { return s.ForeignUser().ID }),
			Entry("a user that was deleted", func() string {
				user := s.NewUser()
				s.DeleteUser(user)
				return user.ID
			}),
			Entry("a malformed id", func() string { return "unknown" }),
		)
	})

	DescribeTable("refuses invalid requests, for any user",
		func(body, message, target string) {
			for _, id := range []string{s.NewUser().ID, "unknown"} {
				m.post(identity(id)+"/:issueAccessToken", body).matches(400, documented("ValidationError", message, target))
			}
		},
		Entry("no scopes", `{}`, "Scopes: The Scopes field is required.", "Scopes"),
		Entry("null for scopes", `{"scopes":null,"expiresInMinutes":1}`, "Scopes: The Scopes field is required.", "Scopes"),
		Entry("an empty list of scopes", `{"scopes":[]}`, "Invalid scopes - Scopes field is required.", "scopes"),
		Entry("an unknown scope", `{"scopes":["chat","fly"]}`, "Invalid scopes - fly is not a scope.", "scopes"),
		Entry("a lifetime that is too short", `{"scopes":["chat"],"expiresInMinutes":59}`, "ExpiresInMinutes value 59 is invalid. Value must be within the [60, 1440] interval.", "ExpiresInMinutes"),
		Entry("a lifetime that is too long", `{"scopes":[],"expiresInMinutes":1441}`, "ExpiresInMinutes value 1441 is invalid. Value must be within the [60, 1440] interval.", "ExpiresInMinutes"),
		Entry("a negative lifetime", `{"scopes":["chat"],"expiresInMinutes":-60}`, "ExpiresInMinutes value -60 is invalid. Value must be within the [60, 1440] interval.", "ExpiresInMinutes"),
		Entry("no body", "", "The request body is not valid.", ""),
		Entry("malformed JSON", "{", "The request body is not valid.", ""),
		Entry("text for a number", `{"scopes":["chat"],"expiresInMinutes":"60"}`, "The request body is not valid.", ""),
		Entry("a fraction of a minute", `{"scopes":["chat"],"expiresInMinutes":60.5}`, "The request body is not valid.", ""),
		Entry("numbers for scopes", `{"scopes":[1]}`, "The request body is not valid.", ""),
	)

	It("refuses the same requests for a new user, and creates none", func() {
		m.post("/identities", `{"createTokenWithScopes":["chat"],"expiresInMinutes":1441}`).
			matches(400, documented("ValidationError", "ExpiresInMinutes value 1441 is invalid. Value must be within the [60, 1440] interval.", "ExpiresInMinutes"))
		m.post("/identities", `{"createTokenWithScopes":["fly"]}`).matches(400, documented("ValidationError", "Invalid scopes - fly is not a scope.", "scopes"))
		m.post("/identities", `{`).matches(400, documented("ValidationError", "The request body is not valid.", ""))
		Expect(s.NewUser().ID).To(HaveSuffix("000001"))
	})

	It("revokes the tokens of a user, but not those issued afterwards", func() {
		ana := newPerson(s.Service)
		old := ana.token
		for range 3 {
			m.post(identity(ana.ID)+"/:revokeAccessTokens", "").matches(204, "")
			ana.get("/chat/threads").must(401)
			Expect(lastReason(s.Service)).To(Equal("the token was revoked"))
			ana.token = field(m.post(identity(ana.ID)+"/:issueAccessToken", `{"scopes":["chat"]}`).must(200).Body, "token")
			ana.mustGet("/chat/threads")
		}
		ana.token = old
		ana.get("/chat/threads").must(401)
		m.post(identity(s.ForeignUser().ID)+"/:revokeAccessTokens", "").matches(401, documented("IdentityNotOwned", notOwned, ""))
	})

	It("deletes a user, with its tokens and its messages", func() {
		ana, bo := newPerson(s.Service), newPerson(s.Service)
		thread := ana.thread("Both", bo)
		ana.send(thread, "gone")
		bo.send(thread, "stays")
		m.do("DELETE", identity(ana.ID), "").matches(204, "")
		ana.get("/chat/threads").must(401)
		Expect(lastReason(s.Service)).To(HaveSuffix("who is not a user of this resource"))
		Expect(people(bo, thread)).To(Equal([]string{bo.ID}))
		Expect(fields(items(bo.mustGet(thread+"/messages").Body), "type")).To(Equal([]string{"text", "topicUpdated", "participantAdded"}))
		m.do("DELETE", identity(ana.ID), "").matches(401, documented("IdentityNotOwned", notOwned, ""))
		m.post(identity(ana.ID)+"/:revokeAccessTokens", "").matches(401, documented("IdentityNotOwned", notOwned, ""))
	})

	It("accepts ids and the colon of an action encoded or not", func() {
		user := s.NewUser()
		encoded := strings.ReplaceAll(user.ID, ":", "%3A")
		for _, target := range []string{user.ID + "/:revokeAccessTokens", encoded + "/:revokeAccessTokens", encoded + "/%3ArevokeAccessTokens"} {
			m.post(identity(target), "").must(204)
		}
		m.do("DELETE", identity(encoded), "").must(204)
	})

	Describe("answers", func() {
		It("with the headers of the service", func() {
			a := m.do("POST", "/identities", `{}`, "x-ms-client-request-id", "r", "Origin", "https://contoso.com").must(201)
			names := []string{}
			for name := range a.Header {
				names = append(names, name)
			}
			Expect(names).To(ConsistOf("Content-Length", "Content-Type", "Date", "Api-Supported-Versions", "Request-Context", "X-Ms-Client-Request-Id",
				"Ms-Cv", "Strict-Transport-Security", "X-Processing-Time", "X-Cache", "X-Azure-Ref", "Access-Control-Allow-Origin"))
			Expect(a.Header).To(And(
				HaveKeyWithValue("Content-Type", []string{"application/json; charset=utf-8"}),
				HaveKeyWithValue("Request-Context", []string{"appId="}),
				HaveKeyWithValue("X-Ms-Client-Request-Id", []string{"r"}),
				HaveKeyWithValue("Api-Supported-Versions", []string{"2020-07-20-preview2, 2021-03-07, 2021-10-31-preview, 2021-11-01, 2022-06-01, 2022-10-01, 2023-10-01, 2025-03-02-preview, 2025-06-30, 2026-07-22, 2026-09-23"}),
			))
		})

		It("without a request id if the request has none", func() {
			Expect(m.post("/identities", "").Header).NotTo(HaveKey("X-Ms-Client-Request-Id"))
		})

		It("errors in its own style, whatever the style of chat", func() {
			for _, style := range []chattest.ErrorStyle{chattest.ErrorStyleRecorded, chattest.ErrorStyleDocumented} {
				s := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true, ErrorStyle: style}))
				a := managerOf(s.Service).post("/identities", "[]")
				a.matches(400, documented("ValidationError", "The request body is not valid.", ""))
				Expect(a.Header).To(HaveKeyWithValue("Content-Type", []string{"application/json"}))
				Expect(a.Header).NotTo(HaveKey("Content-Length"))
			}
		})

		DescribeTable("unknown operations in its own style",
			func(method, path string, status int, allow string) {
				a := m.do(method, path, "")
				a.matches(status, documented(strings.ReplaceAll(http.StatusText(status), " ", ""), http.StatusText(status)+".", ""))
				Expect(a.Header.Get("Allow")).To(Equal(allow))
				Expect(a.Header.Get("Api-Supported-Versions")).To(HavePrefix("2020-07-20-preview2, "))
			},
			Entry("a list of users", "GET", "/identities", 405, "POST"),
			Entry("a user", "GET", "/identities/8:acs:x", 405, "DELETE"),
			Entry("an unknown action", "POST", "/identities/8:acs:x/:bless", 404, ""),
			Entry("beneath access", "GET", "/access/x", 404, ""),
		)

		It("a body of another type", func() {
			m.do("POST", "/identities", "{}", "Content-Type", "text/plain").matches(415, documented("UnsupportedMediaType", "Unsupported Media Type.", ""))
		})
	})

	Describe("the api-version", func() {
		It("may be any one that it lists", func() {
			for v := range strings.SplitSeq(m.post("/identities", "").Header.Get("Api-Supported-Versions"), ", ") {
				m.post("/identities?api-version="+v, "").must(201)
			}
		})

		It("is checked before the key", func() {
			anonymous := &person{service: s.Service}
			anonymous.do("POST", "/identities?api-version=2019-01-01", "{}").matches(400, fmt.Sprintf(
				`{"error":{"code":"UnsupportedApiVersion","message":"The HTTP resource that matches the request URI '%s/identities' does not support the API version '2019-01-01'.","innerError":null}}`,
				s.Endpoint()))
			anonymous.do("POST", "/identities?api-version=", "").matches(400,
				`{"error":{"code":"ApiVersionUnspecified","message":"An API version is required, but was not specified.","innerError":null}}`)
		})

		It("may be any date with LenientVersions, and is treated as the latest", func() {
			lenient := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true, LenientVersions: true}))
			for _, v := range []string{"2031-12-24", "2031-12-24-preview", "2031-12-24-preview2", "2019-01-01"} {
				managerOf(lenient.Service).post("/identities?api-version="+v, "").must(201)
				newPerson(lenient.Service).mustGet("/chat/threads?api-version=" + v)
			}
			for _, v := range []string{"", "latest", "2031-13-24", "2031-12-32", "2031-12-24-beta", "2031-12-24-preview2x", "2031-12-24T00:00:00Z"} {
				managerOf(lenient.Service).post("/identities?api-version="+v, "").must(400)
				newPerson(lenient.Service).get("/chat/threads?api-version=" + v).must(400)
			}
		})

		It("is different from that of chat", func() {
			m.post("/identities?"+version, "").must(400)
			newPerson(s.Service).get("/chat/threads?" + identityVersion).must(400)
		})
	})

	It("keeps users and tokens in a file", func() {
		path := GinkgoT().TempDir() + "/chat.db"
		s, err := chattest.Open(api.Watch(&chattest.Options{Path: path}))
		Expect(err).NotTo(HaveOccurred())
		a := managerOf(s).post("/identities", `{"createTokenWithScopes":["chat"]}`).must(201)
		Expect(s.Close()).To(Succeed())
		s, err = chattest.Open(api.Watch(&chattest.Options{Path: path}))
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(s.Close)
		(&person{service: s, token: field(field(a.Body, "accessToken"), "token")}).mustGet("/chat/threads")
		managerOf(s).do("DELETE", identity(field(field(a.Body, "identity"), "id")), "").must(204)
	})

	It("leaves no token in the record of requests of a failed test", func() {
		t := &failedTest{failed: true}
		s := chattest.NewServer(t, api.Watch(&chattest.Options{NoSocket: true}))
		managerOf(s.Service).post("/identities", `{"createTokenWithScopes":["chat"]}`).must(201)
		(&person{service: s.Service, token: "none"}).get("/chat/threads").must(401)
		t.end()
		Expect(t.log.String()).To(And(ContainSubstring(`"token":"[redacted]"`), Not(MatchRegexp(`eyJ\w`)),
			ContainSubstring("401 because the token was not signed by this service, after ")))
	})
})

const zeros = "00000000-0000-0000-0000-000000000000"
