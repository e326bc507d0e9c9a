package chattest_test

import (
	_ "embed"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

//go:embed testdata/exchanges.txt
var recorded string

// exchange is a recorded exchange.
type exchange struct {
	who, what string
	when      time.Time
	request   string
	reply     string // empty if any success is accepted
}

// exchanges reads testdata/exchanges.txt.
func exchanges() []exchange {
	var all []exchange
	for _, text := range strings.Split("\n\n"+recorded, "\n\n== ")[1:] {
		title, text, _ := strings.Cut(strings.TrimSuffix(text, "\n"), "\n")
		request, reply, _ := strings.Cut(text, "\n--\n")
		parts := strings.Split(title, " | ")
		when, err := time.Parse(time.RFC3339, parts[1])
		Expect(err).NotTo(HaveOccurred())
		all = append(all, exchange{parts[0], parts[2], when, request, reply})
	}
	return all
}

var _ = Describe("The recorded exchanges", func() {
	const (
		host     = "fabrikam.unitedstates.communication.azure.com"
		resource = "8:acs:5b0c2f6e-7a41-4d39-9c58-0e1f2a3b4c5d_0000002a-e8e1-"
	)
	threads := []string{"e5mg5p6YULetn21ZaoyMtGGMT6BAjfyxmtz-_OO97Ls1", "YGV1rnQ8PXWCqhBweExLhiFs0GhQIwGZux0Mt-vFQXc1", "F2TnVlLbPCU_kkyivJbsX-ScSgrFEwKB2jMpAaHf6S41"}

	It("are reproduced byte for byte, in order", func() {
		bubble(func(s *chattest.Service) {
			people := newPeople(s, 4)
			byName := map[string]*person{"ana": people[0], "bo": people[1], "cem": people[2], "dee": people[3], "anonymous": {service: s}}
			var ours, theirs []string // replacer pairs: recorded id to present id, and the reverse
			same := func(recorded, here string) {
				ours = append(ours, recorded, here)
				theirs = append(theirs, here, recorded)
			}
			for i, tail := range []string{"3698-a1b2-c3d4e5007101", "3756-a1b2-c3d4e5007102", "3800-a1b2-c3d4e5007103", "38af-a1b2-c3d4e5007104"} {
				same(resource+tail, people[i].ID)
			}
			created := 0
			for _, e := range exchanges() {
				By(e.what)
				s.Advance(e.when.Sub(s.Now()))
				who := byName[e.who]
				if who.token != "" {
					who.token = s.Token(who.User, 0)
				}
				got := e.send(who, host, strings.NewReplacer(ours...).Replace(e.request))
				if tail, ok := strings.CutPrefix(got.Header.Get("Location"), "https://"+host+"/chat/threads/19%3AacsV2_"); ok && !strings.Contains(e.what, "repeat") && !strings.Contains(tail, "/") {
					id := strings.TrimSuffix(tail, "@thread.v2")
					same(threads[created], id)
					same(hex.EncodeToString([]byte(threads[created])), hex.EncodeToString([]byte(id)))
					created++
				}
				if e.reply == "" {
					Expect(got.Status).To(BeNumerically("<", 300), got.Body)
					continue
				}
				e.compare(got, strings.NewReplacer(theirs...))
			}
			Expect(created).To(Equal(len(threads)))
		})
	})
})

// send sends the request to the service as if it were at the host.
func (e exchange) send(who *person, host, request string) answer {
	GinkgoHelper()
	head, body, _ := strings.Cut(request, "\n\n")
	lines := strings.Split(head, "\n")
	method, target, _ := strings.Cut(lines[0], " ")
	headers := []string{"Host", host}
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ": ")
		headers = append(headers, name, value)
	}
	return who.do(method, target, body, headers...)
}

// compare compares an answer with the recorded one, after replacing its ids.
func (e exchange) compare(got answer, ids *strings.Replacer) {
	GinkgoHelper()
	head, body, _ := strings.Cut(e.reply, "\n\n")
	lines := strings.Split(head, "\n")
	Expect(http.StatusText(got.Status)).To(Equal(http.StatusText(int(number(lines[0])))), got.Body)
	Expect(ids.Replace(got.Body)).To(Equal(map[bool]string{true: strings.ReplaceAll(body, "\n", "\r\n"), false: body}[got.Status >= 400]))

	expected := map[string]string{
		"Date":                      e.when.UTC().Format(http.TimeFormat),
		"Strict-Transport-Security": "max-age=31536000;includeSubDomains",
		"X-Cache":                   "CONFIG_NOCACHE",
		"Api-Supported-Versions":    "2021-03-07, 2021-04-05-preview6, 2021-09-07, 2023-04-01-preview, 2023-07-01-preview, 2023-11-07, 2023-11-15-preview, 2024-03-01-preview, 2024-03-07, 2024-03-15-preview, 2024-06-05-preview, 2025-03-15",

		"Access-Control-Expose-Headers": "*",
	}
	switch got.Status {
	case http.StatusOK:
		expected["Accept-Ranges"] = "bytes"
	case http.StatusUnauthorized:
		delete(expected, "Api-Supported-Versions")
		delete(expected, "Access-Control-Expose-Headers")
	}
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ": ")
		expected[http.CanonicalHeaderKey(name)] = value
	}
	seen := map[string]string{}
	for name, values := range got.Header {
		Expect(values).To(HaveLen(1), name)
		seen[name] = ids.Replace(values[0])
	}
	Expect(seen).To(HaveKeyWithValue("Ms-Cv", MatchRegexp(`^[A-Za-z0-9+/]{22}\.0$`)))
	Expect(seen).To(HaveKeyWithValue("X-Processing-Time", MatchRegexp(`^\d+ms$`)))
	Expect(seen).To(HaveKeyWithValue("X-Azure-Ref", MatchRegexp(`^\d{8}T\d{6}Z-\w+$`)))
	for _, name := range []string{"Ms-Cv", "X-Processing-Time", "X-Azure-Ref"} {
		delete(seen, name)
	}
	Expect(seen).To(Equal(expected))
}
