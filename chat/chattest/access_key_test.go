package chattest_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("The access key", func() {
	Describe("accepts the published signature of", func() {
		const contractKey, clientsKey, servicesKey = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", "MDEyMzQ1Njc4OWFiY2RlZg==", "bm90LWEtcmVhbC1rZXktMDEyMzQ1Njc4OWFiY2RlZiE="
		const empty = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
		const userPath = "/identities/8%3Aacs%3A11111111-aaaa-4bbb-8ccc-222222222222_00000030-0000-0000-0000-000000000001"

		check := func(key, date, method, host, target, body, hash, signature string) error {
			GinkgoHelper()
			s, err := chattest.Open(api.Watch(&chattest.Options{AccessKey: key}))
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(s.Close)
			at, err := http.ParseTime(date)
			Expect(err).NotTo(HaveOccurred())
			s.Advance(at.Sub(s.Now()))
			req, err := http.NewRequest(method, "https://"+host+target, strings.NewReader(body))
			Expect(err).NotTo(HaveOccurred())
			req.Header.Set("x-ms-date", date)
			req.Header.Set("x-ms-content-sha256", hash)
			req.Header.Set("Authorization", "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature="+signature)
			return s.CheckAccessKey(req, body)
		}

		DescribeTable("a request:",
			func(key, date, method, host, target, body, hash, signature string) {
				Expect(check(key, date, method, host, target, body, hash, signature)).To(Succeed())
				Expect(check(key, date, method, host, target, body+" ", hash, signature)).NotTo(Succeed())
				Expect(check(key, date, method, host, target+"&", body, hash, signature)).NotTo(Succeed())
				Expect(check(key, date, method, "x."+host, target, body, hash, signature)).NotTo(Succeed())
				Expect(check(key, date, "PUT", host, target, body, hash, signature)).NotTo(Succeed())
				Expect(check("AAAA", date, method, host, target, body, hash, signature)).NotTo(Succeed())
			},
			Entry("a token, with the id encoded", contractKey, "Mon, 06 Oct 2025 09:30:00 GMT", "POST", "contoso.unitedstates.communication.azure.com",
				userPath+"/:issueAccessToken?api-version=2025-06-30", `{"scopes":["chat"],"expiresInMinutes":60}`,
				"E55T2AR1et0dXg9viVUjwxjce4gxp+nmLcQffc3NPsA=", "rVewQQ8TCOXQKWuiPjLjpDpW6xzwgDNadR0pVzM7XH0="),
			Entry("a deletion, without a body", contractKey, "Mon, 06 Oct 2025 09:30:00 GMT", "DELETE", "contoso.unitedstates.communication.azure.com",
				userPath+"?api-version=2025-06-30", "", empty, "sfsITIJbr4yH/PndOZmnVdHprMowP98+aodvmqx2GE4="),
			Entry("a user with a token", clientsKey, "Tue, 02 Jan 2024 03:04:05 GMT", "POST", "r.communication.azure.com",
				"/identities?api-version=2023-10-01", `{"createTokenWithScopes":["chat"],"expiresInMinutes":60}`,
				"kET9vD/6sAVRB6ISkrpOL44L0M1olvugZ/QYxlSQK9k=", "Nh4GEgR6nWkGUhQjsA+vevrQWyoZ6oXOr2LljyU/mNQ="),
			Entry("a user, without a body", clientsKey, "Tue, 02 Jan 2024 03:04:05 GMT", "POST", "r.communication.azure.com",
				"/identities?api-version=2023-10-01", "", empty, "Y2SLV9tsZP1r/eVG/unQulAb1mTkVjSJRwh8iOaZ9WU="),
			Entry("a host with a port", clientsKey, "Tue, 02 Jan 2024 03:04:05 GMT", "DELETE", "r.communication.azure.com:8443",
				"/identities/8%3Aacs%3Aabc?api-version=2023-10-01", "", empty, "Abtvvgp0PTkzXPQj5iAMssbzocSjGHPQhY+DYET1n58="),
			Entry("a query with encoded characters", clientsKey, "Tue, 02 Jan 2024 03:04:05 GMT", "GET", "r.communication.azure.com",
				"/p?q=a%20b&z=%3A", "", empty, "HeplWpn+9nNPNMfKam4dIHz7Qp3eUcIR1IjNBAHvcbc="),
			Entry("an empty object", servicesKey, "Mon, 03 Nov 2025 09:15:00 GMT", "POST", "fabrikam.unitedstates.communication.azure.com",
				"/identities?api-version=2023-10-01", "{}", "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=", "G2LoVG8WiwC876tRJzFpqT3GNOkH204qZkxz48st5hk="),
		)
	})

	DescribeTable("is used with the published digest of a body",
		func(body, hash string) { Expect(chattest.ContentHash(body)).To(Equal(hash)) },
		Entry(nil, "banana", "tJPUg2Sv5E0RwBZc9HCkFk0eJgmRHvmYvoaNRq3j3k4="),
		Entry(nil, "\U0001F600", "8EQ6NCxe9UeDoRG1G6Vsk45HTDIyTZDDpgycjjo34tk="),
		Entry(nil, `{"scopes":["chat"]}`, "J+doRQjtFVYLx3qOvzptwBLjQWqy6OEWEEk1TY1+rT4="),
		Entry(nil, `{"createTokenWithScopes":["chat"]}`, "WTRvgEjjVd+bvyKw3WgXgDkU81aV8FWq+4/BE+he0+A="),
	)

	Describe("of a service", func() {
		var (
			s *chattest.Server
			m *manager
		)
		BeforeEach(func() {
			s = chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
			m = managerOf(s.Service)
		})
		create := func() answer { GinkgoHelper(); return m.post("/identities", `{}`) }

		It("authorizes the identity API", func() {
			create().must(201)
			m.post("/identities/8%3Aacs%3Anobody/:revokeAccessTokens", "").matches(401, documented("IdentityNotOwned", "Provided identity doesn't belong to the resource.", ""))
		})

		It("is required there, and a user token is refused", func() {
			anonymous := &person{service: s.Service}
			m.denied(anonymous.do("POST", "/identities?"+identityVersion, "{}"), "not signed")
			m.denied(newPerson(s.Service).do("POST", "/identities?"+identityVersion, "{}"), "not one of the Entra tokens")
			a := anonymous.do("POST", "/identities?"+identityVersion, "{}", "Authorization", "HMAC-SHA256 Signature=AAAA")
			m.denied(a, "not signed")
			Expect(a.Header).NotTo(Or(HaveKey("Api-Supported-Versions"), HaveKey("Www-Authenticate")))
		})

		It("must be that of the resource", func() {
			m.key = "AAAA"
			m.denied(create(), "not made with the access key")
		})

		It("accepts only the canonical base64 of a signature", func() {
			headers := m.sign("POST", "/identities?"+identityVersion, "{}")
			scheme, signature, _ := strings.Cut(headers[5], "Signature=")
			for _, other := range sameWhenDecoded(base64.StdEncoding, signature) {
				m.denied((&person{service: s.Service}).do("POST", "/identities?"+identityVersion, "{}", append(headers[:4], "Authorization", scheme+"Signature="+other)...),
					"not made with the access key")
			}
		})

		It("requires a signature of the body that was received", func() {
			m.signed = `{"createTokenWithScopes":["chat"]}`
			create().matches(401, documented("Denied", "Request 'x-ms-content-sha256' differs from generated content hash.", ""))
		})

		It("accepts a signature of the host with or without its port", func() {
			m.host = "elsewhere.invalid"
			m.denied(create(), "not made with the access key")
			m.host = ""
			Expect(s.SetEndpoint("https://localhost:8443")).To(Succeed())
			create().must(201)
			m.host = "localhost"
			create().must(201)
		})

		DescribeTable("accepts a time close to that of the service",
			func(late time.Duration, status int) {
				s.Advance(1000 * time.Hour)
				m.late = late
				create().must(status)
				if status == 401 {
					Expect(lastReason(s.Service)).To(MatchRegexp(`^the time of the request is -?\d+m\d+s off that of the service$`))
				}
			},
			Entry("now", time.Duration(0), 201),
			Entry("a little late", 14*time.Minute+50*time.Second, 201),
			Entry("too late", 15*time.Minute+10*time.Second, 401),
			Entry("a little early", -14*time.Minute-50*time.Second, 201),
			Entry("too early", -15*time.Minute-10*time.Second, 401),
		)

		DescribeTable("accepts a time close to the clock of the machine, whatever the clock of the service",
			func(ahead, late time.Duration, status int) {
				s.Advance(ahead)
				m.late = ahead + late
				create().must(status)
			},
			Entry("ahead", 1000*time.Hour, time.Duration(0), 201),
			Entry("ahead, a little late", 1000*time.Hour, 14*time.Minute+50*time.Second, 201),
			Entry("ahead, too late", 1000*time.Hour, 15*time.Minute+10*time.Second, 401),
			Entry("ahead, between the two", 1000*time.Hour, -500*time.Hour, 401),
			Entry("behind", -1000*time.Hour, time.Duration(0), 201),
			Entry("behind, too early", -1000*time.Hour, -15*time.Minute-10*time.Second, 401),
		)

		DescribeTable("is refused if a fault moves the clock",
			func(skew time.Duration, status int) {
				fault := s.Fail(chattest.CreateIdentity, chattest.Fault{ClockSkew: skew})
				a := create()
				a.must(status)
				if status == 401 {
					m.denied(a, "off that of the service")
				}
				create().must(201)
				Expect(fault.Fired()).To(Equal(1))
			},
			Entry("a service that is ahead", time.Hour, 401),
			Entry("a service that is behind", -time.Hour, 401),
			Entry("a service that is a little ahead", 10*time.Minute, 201),
		)

		It("requires a signed time", func() {
			headers := m.sign("POST", "/identities?"+identityVersion, "{}")
			headers[1] = "yesterday"
			m.denied((&person{service: s.Service}).do("POST", "/identities?"+identityVersion, "{}", headers...), "not an HTTP date")
		})

		It("accepts headers in any order, and additional ones", func() {
			m.names = []string{"x-ms-content-sha256", "host", "x-ms-date", "x-own"}
			create().must(201)
		})

		It("accepts the header Date without x-ms-date", func() {
			m.names, m.date = []string{"date", "host", "x-ms-content-sha256"}, "date"
			create().must(201)
		})

		DescribeTable("refuses a signature that lacks a required header",
			func(names ...string) {
				m.names = names
				m.denied(create(), "not signed")
			},
			Entry("no time", "host", "x-ms-content-sha256"),
			Entry("no host", "x-ms-date", "x-ms-content-sha256"),
			Entry("no body", "x-ms-date", "host"),
		)

		It("requires a signature of the path as received", func() {
			raw := "/identities/" + s.NewUser().ID + "/:revokeAccessTokens?" + identityVersion
			encoded := strings.ReplaceAll(raw, "8:acs:", "8%3Aacs%3A")
			anonymous := &person{service: s.Service}
			anonymous.do("POST", raw, "", m.sign("POST", raw, "")...).must(204)
			anonymous.do("POST", encoded, "", m.sign("POST", encoded, "")...).must(204)
			m.denied(anonymous.do("POST", encoded, "", m.sign("POST", raw, "")...), "not made with the access key")
		})
	})

	It("is the default one if none is given or stored, so that the connection string is known in advance", func() {
		for _, path := range []string{"", GinkgoT().TempDir() + "/chat.db"} {
			s, err := chattest.Open(api.Watch(&chattest.Options{Path: path, Endpoint: "https://localhost:8443"}))
			Expect(err).NotTo(HaveOccurred())
			Expect(s.ConnectionString()).To(Equal("endpoint=https://localhost:8443/;accesskey=" +
				"YWNzLWNoYXQtZ28gZW11bGF0b3I6IHRoaXMgYWNjZXNzIGtleSBpcyBwdWJsaWMsIGl0IGlzIG5vIHNlY3JldA=="))
			Expect(s.ConnectionString()).To(HaveSuffix(chattest.DefaultAccessKey))
			managerOf(s).post("/identities", "").must(201)
			Expect(s.Close()).To(Succeed())
		}
	})

	It("can be given, and a file keeps the last one", func() {
		path := GinkgoT().TempDir() + "/chat.db"
		for _, key := range []struct{ chosen, kept string }{{"AAAA", "AAAA"}, {"", "AAAA"}, {"c2Vjb25k", "c2Vjb25k"}, {"", "c2Vjb25k"}} {
			s, err := chattest.Open(api.Watch(&chattest.Options{Path: path, AccessKey: key.chosen}))
			Expect(err).NotTo(HaveOccurred())
			Expect(s.ConnectionString()).To(HaveSuffix(";accesskey=" + key.kept))
			managerOf(s).post("/identities", "").must(201)
			Expect(s.Close()).To(Succeed())
		}
	})

	DescribeTable("is refused if it is malformed, in one line that does not contain it",
		func(key string) {
			_, err := chattest.Open(api.Watch(&chattest.Options{AccessKey: key}))
			Expect(err).To(MatchError("chattest: the access key must be base64"))
			_, err = chattest.Open(api.Watch(&chattest.Options{AccessKey: `"` + key + `"`}))
			Expect(err).To(MatchError("chattest: the access key is in quotes: remove them"))
		},
		Entry("not base64", "no key"),
		Entry("a key that was cut", "MDEyMzQ1Njc4OWFiY2RlZg"),
		Entry("URL-safe base64", "_-__"),
		Entry("base64 with unused bits that are set", "AB=="),
	)
})
