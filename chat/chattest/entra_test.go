package chattest_test

import (
	"encoding/json"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

const (
	anaObject      = "99999999-aaaa-4bbb-8ccc-000000000000"
	anaTenant      = "77777777-aaaa-4bbb-8ccc-888888888888"
	teamsApp       = "55555555-aaaa-4bbb-8ccc-666666666666"
	noToken        = "Provided access token is not valid."
	exchangeAction = "/:exchangeAccessToken"
)

// entraTokens are what a service is told of: an application, two tokens of a person, one that ends, and a person without a tenant.
func entraTokens(end time.Time) []chattest.EntraToken {
	return []chattest.EntraToken{
		{Token: "application"},
		{Token: "ana", ObjectID: anaObject, TenantID: anaTenant},
		{Token: "ana again", ObjectID: "99999999-AAAA-4BBB-8CCC-000000000000", TenantID: anaTenant, AppID: teamsApp},
		{Token: "ending", ObjectID: anaObject, TenantID: anaTenant, ExpiresOn: end},
		{Token: "ending application", ExpiresOn: end},
		{Token: "bo", ObjectID: teamsApp},
	}
}

var _ = Describe("Any bearer token", func() {
	It("is accepted with EntraAny as that of an application, and not as that of a person", func() {
		s := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true, EntraAny: true, EntraTokens: entraTokens(time.Now().Add(time.Hour))}))
		bearer := func(token string) *person { return &person{service: s.Service, token: token} }
		for _, token := range []string{"whatever", "eyJ.eyJ.x", "application"} {
			bearer(token).do("POST", "/identities?"+identityVersion, "{}").must(201)
		}
		bearer("ana").do("POST", "/identities?"+identityVersion, "{}").must(401) // a person, as EntraTokens says
		bearer("ana").do("POST", "/access/entra/:exchangeAccessToken?api-version=2025-03-02-preview", "").must(200)
		bearer("whatever").do("POST", "/access/entra/:exchangeAccessToken?api-version=2025-03-02-preview", "").must(401)
		bearer("whatever").get("/chat/threads").must(401)
		bearer("").do("POST", "/identities?"+identityVersion, "{}", "Authorization", "Bearer ").must(401)
	})
})

var _ = Describe("An Entra token in JSON", func() {
	It("is read with the names of the service", func() {
		var token chattest.EntraToken
		text := `{"token":"t","objectId":"` + anaObject + `","tenantId":"` + anaTenant + `","appId":"` + teamsApp + `","expiresOn":"2026-01-02T03:04:05Z"}`
		Expect(json.Unmarshal([]byte(text), &token)).To(Succeed())
		Expect(token).To(Equal(chattest.EntraToken{
			Token: "t", ObjectID: anaObject, TenantID: anaTenant, AppID: teamsApp, ExpiresOn: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		}))
		Expect(json.Marshal(token)).To(BeEquivalentTo(text))
		Expect(json.Marshal(chattest.EntraToken{Token: "t"})).To(BeEquivalentTo(`{"token":"t"}`))
	})
})

var _ = Describe("Tokens of Entra", func() {
	var (
		s   *chattest.Server
		end time.Time
	)
	BeforeEach(func() {
		end = time.Now().Add(2 * time.Hour).Truncate(time.Second)
		s = chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true, EntraTokens: entraTokens(end)}))
	})
	bearer := func(token string) *person { return &person{service: s.Service, token: token} }
	resource := func() string { return resourceOf(s.NewUser().ID)[len("8:acs:"):] }

	Describe("of an application", func() {
		It("authorize the identity API as the access key does", func() {
			a := bearer("application").do("POST", "/identities?"+identityVersion, "").must(201)
			bearer("application").do("DELETE", "/identities/"+field(field(a.Body, "identity"), "id")+"?"+identityVersion, "").must(204)
			bearer("application").get("/chat/threads").must(401)
		})

		It("expire", func() {
			bearer("ending application").do("POST", "/identities?"+identityVersion, "").must(201)
			s.Advance(2*time.Hour + time.Second)
			managerOf(s.Service).denied(bearer("ending application").do("POST", "/identities?"+identityVersion, ""), "the Entra token expired on ")
		})

		It("are not exchanged", func() {
			for _, path := range []string{"/access/teamsExtension", "/access/entra"} {
				bearer("application").do("POST", path+exchangeAction+"?api-version=2025-03-02-preview", "{}").matches(401, documented("InvalidAccessToken", noToken, ""))
				Expect(lastReason(s.Service)).To(ContainSubstring("that of an application"))
			}
		})
	})

	It("of a person do not manage users", func() {
		managerOf(s.Service).denied(bearer("ana").do("POST", "/identities?"+identityVersion, ""), "that of a person")
	})

	Describe("of a person who exchanges them", func() {
		swap := func(token string) answer {
			GinkgoHelper()
			return bearer(token).do("POST", "/access/entra"+exchangeAction+"?api-version=2025-03-02-preview", "{}")
		}
		chatter := func(a answer) *person {
			GinkgoHelper()
			Expect(a.Body).To(MatchRegexp(`^\{"identity":\{"id":"[^"]+"\},"accessToken":\{"token":"[^"]+","expiresOn":"[^"]+"\}\}$`))
			return &person{
				User: chattest.User{ID: field(field(a.Body, "identity"), "id")}, service: s.Service, token: field(field(a.Body, "accessToken"), "token"),
			}
		}

		It("give a user of the resource, the same each time, who can chat", func() {
			ana := chatter(swap("ana").must(200))
			thread := ana.thread("Mine")
			Expect(people(ana, thread)).To(Equal([]string{ana.ID}))
			again := chatter(swap("ana again").must(200))
			Expect(again.ID).To(Equal(ana.ID))
			again.mustGet(thread)
			Expect(chatter(swap("bo").must(200)).ID).NotTo(Equal(ana.ID))
		})

		It("give another user after the first is deleted", func() {
			ana := chatter(swap("ana").must(200))
			s.DeleteUser(ana.User)
			again := chatter(swap("ana").must(200))
			Expect(again.ID).NotTo(Equal(ana.ID))
			again.mustGet("/chat/threads")
		})

		It("give a token that expires with them", func() {
			a := swap("ending").must(200)
			Expect(field(field(a.Body, "accessToken"), "expiresOn")).To(Equal(end.UTC().Format("2006-01-02T15:04:05+00:00")))
			chatter(a).mustGet("/chat/threads")
			s.Advance(2*time.Hour + time.Second)
			chatter(a).get("/chat/threads").must(401)
			swap("ending").matches(401, documented("InvalidAccessToken", noToken, ""))
			Expect(lastReason(s.Service)).To(HavePrefix("the Entra token expired on "))
		})

		It("give a token for an hour if they do not expire", func() {
			on, err := time.Parse(time.RFC3339Nano, field(field(swap("ana").must(200).Body, "accessToken"), "expiresOn"))
			Expect(err).NotTo(HaveOccurred())
			Expect(on).To(BeTemporally("~", s.Now().Add(time.Hour), time.Minute))
		})

		It("must be known", func() {
			for _, token := range []string{"unknown", newPerson(s.Service).token, ""} {
				a := swap(token)
				a.matches(401, documented("InvalidAccessToken", noToken, ""))
				Expect(a.Header).NotTo(HaveKey("Api-Supported-Versions"))
			}
			managerOf(s.Service).post("/access/entra"+exchangeAction+"?api-version=2025-03-02-preview", "{}").must(401)
		})

		It("are exchanged in the version that has the operation", func() {
			Expect(swap("ana").Header.Get("Api-Supported-Versions")).To(Equal("2025-03-02-preview"))
			bearer("ana").do("POST", "/access/entra"+exchangeAction+"?"+identityVersion, "{}").must(400)
		})
	})

	Describe("of a person who acts through the resource for Teams", func() {
		swap := func(token string) answer {
			GinkgoHelper()
			return bearer(token).do("POST", "/access/teamsExtension"+exchangeAction+"?"+identityVersion, "{}")
		}

		It("name the resource, the tenant and the person", func() {
			a := swap("ana").must(200)
			Expect(field(field(a.Body, "identity"), "id")).To(Equal("8:acs:" + resource() + "_" + anaTenant + "_" + anaObject))
			Expect(a.Header.Get("Api-Supported-Versions")).To(Equal("2025-03-02-preview, 2025-06-30, 2026-07-22, 2026-09-23"))
			Expect(field(field(swap("bo").must(200).Body, "identity"), "id")).To(Equal("8:acs:" + resource() + "_" + zeros + "_" + teamsApp))
			Expect(field(field(swap("ending").must(200).Body, "accessToken"), "expiresOn")).To(Equal(end.UTC().Format("2006-01-02T15:04:05+00:00")))
		})

		It("are refused by chat", func() {
			bearer(field(field(swap("ana").must(200).Body, "accessToken"), "token")).get("/chat/threads").must(401)
		})

		It("must be known", func() {
			swap("unknown").matches(401, documented("InvalidAccessToken", noToken, ""))
		})
	})

	Describe("of a Teams user", func() {
		swap := func(token, app, user string) answer {
			GinkgoHelper()
			return managerOf(s.Service).post("/teamsUser"+exchangeAction, `{"token":`+quote(token)+`,"appId":`+quote(app)+`,"userId":`+quote(user)+`}`)
		}

		It("are exchanged for a token that expires with them", func() {
			a := swap("ending", teamsApp, anaObject).must(200)
			Expect(a.Body).To(MatchRegexp(`^\{"token":"[^"]+","expiresOn":"` + end.UTC().Format("2006-01-02T15:04:05") + `\+00:00"\}$`))
			Expect(a.Header.Get("Api-Supported-Versions")).To(Equal("2021-10-31-preview, 2022-06-01, 2022-10-01, 2023-10-01, 2025-03-02-preview, 2025-06-30, 2026-07-22, 2026-09-23"))
			bearer(field(a.Body, "token")).get("/chat/threads").must(401)
		})

		It("are exchanged by an application, too", func() {
			bearer("application").do("POST", "/teamsUser"+exchangeAction+"?api-version=2022-06-01", `{"token":"ana again","appId":"`+teamsApp+`","userId":"`+anaObject+`"}`).must(200)
		})

		DescribeTable("are refused",
			func(token, app, user string, status int, code, message, target string) {
				swap(token, app, user).matches(status, documented(code, message, target))
			},
			Entry("when there is none", "", teamsApp, anaObject, 401, "InvalidAccessToken", noToken, ""),
			Entry("when they are unknown", "invalid", teamsApp, anaObject, 401, "InvalidAccessToken", noToken, ""),
			Entry("when they are an application's", "application", teamsApp, anaObject, 401, "InvalidAccessToken", noToken, ""),
			Entry("when they belong to another user", "ana", teamsApp, teamsApp, 401, "InvalidAccessToken", noToken, ""),
			Entry("when they were issued to another application", "ana again", anaTenant, anaObject, 401, "InvalidAccessToken", noToken, ""),
			Entry("without an application", "ana", "", anaObject, 400, "ValidationError", "AppId: The AppId field is required.", "AppId"),
			Entry("with a malformed application id", "ana", "invalid", anaObject, 400, "ValidationError", "Provided AppId has invalid format.", "appId"),
			Entry("without a user", "ana", teamsApp, "", 400, "ValidationError", "UserId: The UserId field is required.", "UserId"),
			Entry("with a malformed user id", "ana", teamsApp, "invalid", 400, "ValidationError", "Provided UserId has invalid format.", "userId"),
			Entry("with more than one error, for the first", "invalid", "invalid", "", 400, "ValidationError", "UserId: The UserId field is required.", "UserId"),
		)

		It("are refused if the body is malformed", func() {
			managerOf(s.Service).post("/teamsUser"+exchangeAction, "[").matches(400, documented("ValidationError", "The request body is not valid.", ""))
		})
	})

	DescribeTable("are refused in one line if they are invalid",
		func(tokens []chattest.EntraToken, message string) {
			_, err := chattest.Open(api.Watch(&chattest.Options{EntraTokens: tokens}))
			Expect(err).To(MatchError("chattest: EntraTokens" + message))
		},
		Entry("without a token", []chattest.EntraToken{{}}, "[0]: the token must not be empty or given twice"),
		Entry("twice", []chattest.EntraToken{{Token: "x"}, {Token: "x"}}, "[1]: the token must not be empty or given twice"),
		Entry("with an invalid object id", []chattest.EntraToken{{Token: "x", ObjectID: "ana"}}, `[0]: "ana" is not a GUID`),
		Entry("with an invalid tenant id", []chattest.EntraToken{{Token: "x", TenantID: "contoso"}}, `[0]: "contoso" is not a GUID`),
		Entry("with an invalid application id", []chattest.EntraToken{{Token: "x", AppID: "app"}}, `[0]: "app" is not a GUID`),
	)
})

var _ = Describe("An assignment", func() {
	const path = "/access/teamsExtension/tenants/" + anaTenant + "/assignments/" + anaObject
	var (
		file string
		s    *chattest.Service
		m    *manager
	)
	open := func() {
		GinkgoHelper()
		var err error
		s, err = chattest.Open(api.Watch(&chattest.Options{Path: file, EntraTokens: entraTokens(time.Time{})}))
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(s.Close)
		m = managerOf(s)
	}
	BeforeEach(func() {
		file = GinkgoT().TempDir() + "/chat.db"
		open()
	})
	stored := func(kind, clients string) string {
		return `{"objectId":"` + anaObject + `","tenantId":"` + anaTenant + `","principalType":"` + kind + `"` + clients + `}`
	}

	It("is created, replaced, read and deleted", func() {
		m.do("GET", path, "").matches(404, documented("NotFound", "The assignment was not found.", ""))
		m.do("PUT", path, `{"principalType":"user","clientIds":["`+teamsApp+`"]}`).matches(201, stored("user", `,"clientIds":["`+teamsApp+`"]`))
		m.do("GET", path, "").matches(200, stored("user", `,"clientIds":["`+teamsApp+`"]`))
		m.do("PUT", path, `{"clientIds":[],"principalType":"resourceAccount"}`).matches(200, stored("resourceAccount", `,"clientIds":[]`))
		m.do("PUT", path, `{"principalType":"user"}`).matches(200, stored("user", ""))
		m.do("DELETE", path, "").matches(204, "")
		m.do("GET", path, "").must(404)
		m.do("DELETE", path, "").must(204)
	})

	It("is kept in the file", func() {
		m.do("PUT", path, `{"principalType":"user"}`).must(201)
		Expect(s.Close()).To(Succeed())
		open()
		m.do("GET", path, "").matches(200, stored("user", ""))
	})

	It("belongs to one person", func() {
		m.do("PUT", path, `{"principalType":"user"}`).must(201)
		m.do("GET", "/access/teamsExtension/tenants/"+anaObject+"/assignments/"+anaTenant, "").must(404)
	})

	It("requires the permission to manage users", func() {
		(&person{service: s, token: "application"}).do("PUT", path+"?"+identityVersion, `{"principalType":"user"}`).must(201)
		m.denied((&person{service: s, token: "ana"}).do("GET", path+"?"+identityVersion, ""), "that of a person")
		m.denied(newPerson(s).do("DELETE", path+"?"+identityVersion, ""), "not one of the Entra tokens")
	})

	DescribeTable("is refused",
		func(body, message, target string) {
			m.do("PUT", path, body).matches(400, documented("ValidationError", message, target))
			m.do("GET", path, "").must(404)
		},
		Entry("without a principal", `{}`, "PrincipalType: The PrincipalType field is required.", "PrincipalType"),
		Entry("for an unknown one", `{"principalType":"robot"}`, "Provided PrincipalType is not valid.", "principalType"),
		Entry("when it is malformed", `{"clientIds":"x"}`, "The request body is not valid.", ""),
	)
})
