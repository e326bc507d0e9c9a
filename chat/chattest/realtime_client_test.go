package chattest_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// patience is how long a listener waits for the service. Some of that may pass while the machine does something else.
const patience = 30 * time.Second

// listener is a client in real time. It says what the official JavaScript client says, in the same order.
type listener struct {
	*person
	endpoint   string // its own id, also that of the registration
	parameters map[string]string
	surl       string
	registrar  string

	conn    *websocket.Conn
	raw     chan string        // every frame that came, but for acknowledgements
	acks    chan string        // the data of acknowledgements
	came    chan notification  // deliveries
	ended   chan struct{}      // closed when the connection has ended
	stall   chan chan struct{} // takes what the reading of the next frame waits for
	latest  int                // the number of the latest frame that is to be acknowledged
	attempt int
}

// notification is a delivery.
type notification struct {
	ID      int
	URL     string
	Headers map[string]string
	Body    string

	payload map[string]any // what Body says
}

func newListener(p *person) *listener {
	return &listener{person: p, endpoint: "2ab394ae-5c4d-4011-b718-" + p.ID[len(p.ID)-12:]}
}

// listen makes a client that has connected and registered.
func listen(p *person) *listener {
	GinkgoHelper()
	l := newListener(p)
	l.connect()
	l.register().must(202)
	return l
}

// request sends a request of the push service.
func (l *listener) request(method, target, body string) answer {
	GinkgoHelper()
	req, err := http.NewRequest(method, target, strings.NewReader(body))
	Expect(err).NotTo(HaveOccurred())
	req.Header.Set("X-Skypetoken", l.token)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := l.service.HTTPClient().Do(req)
	Expect(err).NotTo(HaveOccurred())
	read, err := io.ReadAll(res.Body)
	Expect(err).NotTo(HaveOccurred())
	Expect(res.Body.Close()).To(Succeed())
	return answer{res.StatusCode, res.Header, string(read)}
}

func (l *listener) configure() (trouter string) {
	GinkgoHelper()
	a := l.get("/chat/config/realTimeNotifications?api-version=2024-09-01").must(200)
	l.registrar = field(a.Body, "registrarServiceUrl")
	return field(a.Body, "trouterServiceUrl")
}

// query is what every step after the first has. It is not escaped more than the official client does.
func (l *listener) query() string {
	var query []string
	for _, name := range []string{"issuer", "se", "sig", "sp", "sr", "st"} {
		if value, ok := l.parameters[name]; ok {
			query = append(query, name+"="+value)
		}
	}
	return strings.Join(append(query, "v=v4", `tc=%7B%22cv%22:%222024.14.01.55%22,%22ua%22:%22acs-chat-web%22,%22hr%22:%22%22,%22v%22:%221.0.0%22%7D`,
		"timeout=40", "auth=true", "epid="+l.endpoint, `userActivity=%7B%22state%22:%22active%22,%22cv%22:%22hWzEU+235SojSFsGsYu6dw.1%22%7D`,
		"dom=example.com", "cor_id=0b9bb2a5-4f0c-4a2b-8d2c-000000000000", "con_num=1762161600000_"+strconv.Itoa(l.attempt)), "&")
}

func (l *listener) allocate() answer {
	GinkgoHelper()
	trouter := l.configure()
	l.attempt++
	query := "cor_id=0b9bb2a5-4f0c-4a2b-8d2c-000000000000&con_num=1762161600000_" + strconv.Itoa(l.attempt) + "&epid=" + l.endpoint
	if l.parameters != nil {
		query = l.query()
	}
	a := l.request("POST", trouter+"/v4/a?"+query, "")
	if a.Status == 200 {
		Expect(a.Header.Get("Content-Type")).To(HavePrefix("application/json;"))
		l.parameters = nil
		Expect(json.Unmarshal([]byte(field(a.Body, "connectparams")), &l.parameters)).To(Succeed())
		l.surl = field(a.Body, "surl")
	}
	return a
}

func (l *listener) handshake() answer {
	GinkgoHelper()
	return l.request("GET", l.service.Endpoint()+"/socket.io/1/?"+l.query()+"&t=1762161600040", "")
}

// open opens the socket of a handshake, with the origin of a page.
func (l *listener) open(sid string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(l.service.Endpoint(), "http")+"/socket.io/1/websocket/"+sid+"?"+l.query(),
		&websocket.DialOptions{HTTPClient: l.service.HTTPClient(), HTTPHeader: http.Header{"Origin": {"https://example.com"}}})
	if err != nil {
		return err
	}
	conn.SetReadLimit(1 << 20)
	l.conn, l.raw, l.acks, l.came, l.ended = conn, make(chan string, 4096), make(chan string, 4096), make(chan notification, 4096), make(chan struct{})
	l.stall = make(chan chan struct{}, 1)
	go l.read(conn, l.raw, l.acks, l.came, l.ended)
	return nil
}

// connect does what comes before the registration.
func (l *listener) connect() {
	GinkgoHelper()
	l.allocate().must(200)
	a := l.handshake().must(200)
	Expect(a.Body).To(MatchRegexp(`^[0-9a-f-]+:60:60:websocket$`))
	sid, _, _ := strings.Cut(a.Body, ":")
	Expect(l.open(sid)).To(Succeed())
	Expect(l.frame()).To(Equal("1::"))
	Expect(l.frame()).To(MatchRegexp(`^5:1::\{"name":"trouter\.connected","args":\[\{"ttl":604799,"dur":"\d+"\}\]\}$`))
	Expect(l.say(`{"name":"user.activity","args":[{"state":"active","cv":"hWzEU+235SojSFsGsYu6dw.2"}]}`)).To(Equal("[]"))
}

func (l *listener) register() answer { GinkgoHelper(); return l.registerFor(7200) }

func (l *listener) registerFor(seconds int) answer {
	GinkgoHelper()
	return l.request("POST", l.registrar+"/v3/registrations", `{"clientDescription":{"appId":"AcsWeb","aesKey":"","languageId":"en-US",`+
		`"platform":"SPOOL","templateKey":"AcsWeb_Chat_2.1","platformUIVersion":"0.0.0"},"registrationId":`+quote(l.endpoint)+`,"nodeId":"",`+
		`"transports":{"TROUTER":[{"context":"","path":`+quote(l.surl)+`,"ttl":`+strconv.Itoa(seconds)+`}]}}`)
}

// stop says goodbye and unregisters.
func (l *listener) stop() {
	GinkgoHelper()
	Expect(l.write("0::")).To(Succeed())
	_ = l.conn.Close(websocket.StatusNormalClosure, "")
	Eventually(l.ended).Should(BeClosed())
	l.request("DELETE", l.registrar+"/v3/registrations/"+url.PathEscape(l.endpoint), "").must(202)
}

// cut ends the connection without a word.
func (l *listener) cut() {
	_ = l.conn.CloseNow()
	<-l.ended
}

func (l *listener) write(text string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return l.conn.Write(ctx, websocket.MessageText, []byte(text))
}

// say sends an event that is to be acknowledged, and returns what the acknowledgement says. Without one it is "nothing" after a while.
func (l *listener) say(event string) string {
	GinkgoHelper()
	l.latest++
	id := strconv.Itoa(l.latest)
	Expect(l.write("5:" + id + "+::" + event)).To(Succeed())
	timeout := time.After(patience)
	for {
		select {
		case data := <-l.acks:
			if acknowledged, said, _ := strings.Cut(data, "+"); acknowledged == id {
				return said
			}
		case <-timeout:
			return "nothing"
		}
	}
}

func (l *listener) ping() string { GinkgoHelper(); return l.say(`{"name":"ping"}`) }

// frame is the next one that is no delivery and no acknowledgement. Without one it is "nothing" after a while.
func (l *listener) frame() string {
	select {
	case text := <-l.raw:
		return text
	case <-l.ended:
	case <-time.After(patience):
		return "nothing"
	}
	select {
	case text := <-l.raw:
		return text
	default:
		return "the end"
	}
}

// next is the payload of the next delivery. Without one it is nil after a while.
func (l *listener) next() map[string]any {
	select {
	case n := <-l.came:
		return n.payload
	case <-time.After(patience):
		return nil
	}
}

// names are what came so far: the events' names, in order. What was sent before is acknowledged behind it.
func (l *listener) names() (names []string) {
	GinkgoHelper()
	Expect(l.ping()).To(Equal(`["pong"]`))
	for {
		select {
		case n := <-l.came:
			names = append(names, n.URL[strings.LastIndexByte(n.URL, '/')+1:])
		default:
			return names
		}
	}
}

// read takes frames to where they are waited for, and answers deliveries as the official client does.
func (l *listener) read(conn *websocket.Conn, raw, acks chan<- string, came chan<- notification, ended chan<- struct{}) {
	defer close(ended)
	for {
		_, data, err := conn.Read(context.Background())
		if err != nil {
			return
		}
		kind, rest, _ := strings.Cut(string(data), ":")
		switch {
		case kind == "6":
			acks <- strings.TrimPrefix(rest, "::")
		case kind == "3":
			var n notification
			if json.Unmarshal([]byte(strings.TrimPrefix(rest, "::")), &n) == nil && json.Unmarshal([]byte(n.Body), &n.payload) == nil {
				came <- n
			}
			select {
			case block := <-l.stall:
				<-block
			default:
			}
			_ = l.write(`3:::{"id":` + strconv.Itoa(n.ID) + `,"status":200,"headers":{"MS-CV":"` + n.Headers["MS-CV"] + `.0","trouter-client":"{\"cd\":0}"},"body":""}`)
		default:
			raw <- string(data)
		}
	}
}
