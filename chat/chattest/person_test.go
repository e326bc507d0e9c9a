package chattest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

const version = "api-version=2025-03-15"

// unknownThread is a well-formed id of a thread that does not exist.
const unknownThread = "19:00000000000000000000000000000000@thread.v2"

// person is a user who speaks plain HTTP.
type person struct {
	chattest.User
	service *chattest.Service
	token   string
}

func newPerson(s *chattest.Service) *person {
	return as(s, s.NewUser())
}

func as(s *chattest.Service, user chattest.User) *person {
	return &person{User: user, service: s, token: s.Token(user, 0)}
}

func newPeople(s *chattest.Service, n int) []*person {
	people := make([]*person, n)
	for i, user := range s.NewUsers(n) {
		people[i] = as(s, user)
	}
	return people
}

// answer is what came back.
type answer struct {
	Status int
	Header http.Header
	Body   string
}

// do sends a request. A target that is not absolute is one of the service's, and gets the version unless it has one.
// Headers are pairs of name and value.
func (p *person) do(method, target, body string, headers ...string) answer {
	GinkgoHelper()
	if !strings.HasPrefix(target, "https://") {
		if !strings.Contains(target, "api-version") {
			target += map[bool]string{true: "&", false: "?"}[strings.Contains(target, "?")] + version
		}
		target = p.service.Endpoint() + target
	}
	req, err := http.NewRequest(method, target, strings.NewReader(body))
	Expect(err).NotTo(HaveOccurred())
	if p.token != "" {
		req.Header.Set("Authorization", "Bearer "+p.token)
	}
	if body != "" {
		req.Header.Set("Content-Type", map[bool]string{true: "application/merge-patch+json", false: "application/json"}[method == "PATCH"])
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		}
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := p.service.HTTPClient().Do(req)
	Expect(err).NotTo(HaveOccurred())
	defer func() { _ = res.Body.Close() }()
	read, err := io.ReadAll(res.Body)
	Expect(err).NotTo(HaveOccurred())
	return answer{res.StatusCode, res.Header, string(read)}
}

func (p *person) get(target string) answer        { GinkgoHelper(); return p.do("GET", target, "") }
func (p *person) post(target, body string) answer { GinkgoHelper(); return p.do("POST", target, body) }
func (p *person) patch(target, body string) answer {
	GinkgoHelper()
	return p.do("PATCH", target, body)
}
func (p *person) delete(target string) answer   { GinkgoHelper(); return p.do("DELETE", target, "") }
func (p *person) mustGet(target string) answer  { GinkgoHelper(); return p.get(target).must(200) }
func (p *person) mustPatch(target, body string) { GinkgoHelper(); p.patch(target, body).must(204) }
func (p *person) mustDelete(target string)      { GinkgoHelper(); p.delete(target).must(204) }
func (a answer) must(status int) answer {
	GinkgoHelper()
	Expect(a.Status).To(Equal(status), a.Body)
	return a
}
func (a answer) matches(status int, body string) {
	GinkgoHelper()
	a.must(status)
	Expect(a.Body).To(Equal(body))
}
func (a answer) refused(status int, message string) {
	GinkgoHelper()
	a.matches(status, refusal(status, message))
}

// thread creates a thread of the person's with some others, and returns its path.
func (p *person) thread(topic string, others ...*person) string {
	GinkgoHelper()
	participants := make([]string, len(others))
	for i, other := range others {
		participants[i] = participant(other.ID)
	}
	a := p.post("/chat/threads", `{"topic":`+quote(topic)+`,"participants":[`+strings.Join(participants, ",")+`]}`).must(201)
	return "/chat/threads/" + field(field(a.Body, "chatThread"), "id")
}

// send sends a text and returns its id.
func (p *person) send(thread, text string) string {
	GinkgoHelper()
	return field(p.post(thread+"/messages", `{"content":`+quote(text)+`}`).must(201).Body, "id")
}

func (p *person) add(thread string, others ...*person) {
	GinkgoHelper()
	for _, other := range others {
		p.post(thread+"/participants/:add", `{"participants":[`+participant(other.ID)+`]}`).matches(201, `{}`)
	}
}

func (p *person) remove(thread string, other *person) {
	GinkgoHelper()
	p.post(thread+"/participants/:remove", identifier(other.ID)).must(204)
}

// pages follows a list to its end, and returns the items of each page.
func (p *person) pages(target string) [][]string {
	GinkgoHelper()
	var pages [][]string
	for target != "" {
		body := p.mustGet(target).Body
		pages = append(pages, items(body))
		target = nextLink(body)
	}
	return pages
}

// items are those of a page.
func items(body string) []string {
	GinkgoHelper()
	var page struct{ Value []json.RawMessage }
	Expect(json.Unmarshal([]byte(body), &page)).To(Succeed(), body)
	texts := make([]string, len(page.Value))
	for i, item := range page.Value {
		texts[i] = string(item)
	}
	return texts
}

func nextLink(body string) string {
	GinkgoHelper()
	var page struct{ NextLink string }
	Expect(json.Unmarshal([]byte(body), &page)).To(Succeed(), body)
	return page.NextLink
}

// field reads a member of an object: a string without its quotes, anything else as it is, "" if it is absent.
func field(object, name string) string {
	GinkgoHelper()
	var members map[string]json.RawMessage
	Expect(json.Unmarshal([]byte(object), &members)).To(Succeed(), object)
	var text string
	if json.Unmarshal(members[name], &text) == nil {
		return text
	}
	return string(members[name])
}

// fields reads the same member of every item.
func fields(items []string, name string) []string {
	GinkgoHelper()
	values := make([]string, len(items))
	for i, item := range items {
		values[i] = field(item, name)
	}
	return values
}

func identifier(id string) string {
	return `{"rawId":"` + id + `","communicationUser":{"id":"` + id + `"}}`
}

func participant(id string) string {
	return `{"communicationIdentifier":` + identifier(id) + `}`
}

func quote(text string) string {
	b, err := json.Marshal(text)
	Expect(err).NotTo(HaveOccurred())
	return string(b)
}

// refusal is the body of an error of the service's.
func refusal(status int, message string) string {
	code := strings.ReplaceAll(http.StatusText(status), " ", "")
	lines := []string{`{`, `  "CommunicationError": {`, `    "Code": "` + code + `",`}
	if message != "" {
		lines = append(lines, `    "Message": "`+message+`",`)
	}
	return strings.Join(append(lines, `    "Details": []`, `  }`, `}`), "\r\n")
}

const (
	notAllowed   = "The initiator doesn't have the permission to perform the requested operation."
	noSuchThread = "The specified thread id was not found."
)

// second is an instant as the service writes it.
func second(t time.Time) string {
	return t.UTC().Format("2006-01-02T15:04:05Z")
}
