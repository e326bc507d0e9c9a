package soak_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// fault is one thing that goes wrong. One of its members says where; without any, nothing goes wrong.
type fault struct {
	name       string
	dial       func(ctx context.Context) error // in place of a connection
	connection func(*pipeConn)                 // in place of the TLS handshake
	answer     func(*exchange)                 // in place of a response over HTTP/1.1
	frames     func(*http2Stream)              // in place of a response over HTTP/2
	emulated   *chattest.Fault                 // of the emulator
	reused     bool                            // the connection that is hit has served a request before
	lists      bool                            // it concerns only lists
	misleads   bool                            // the response may be well-formed and wrong
	cuts       bool                            // answer cuts the response at network.cut, and sets network.places
}

// version is that of HTTP.
func (f *fault) version() int {
	if f.frames != nil {
		return 2
	}
	return 1
}

// section is a part of the table.
type section struct {
	title  string
	faults []*fault
}

func sections() []section {
	return []section{
		{"Connections", connectionFaults()},
		{"Resets", resetFaults()},
		{"Time", timeFaults()},
		{"Size", sizeFaults()},
		{"Lists", misleading(listFaults())},
		{"Statuses", statusFaults()},
		{"Redirects to another host", redirectFaults()},
		{"Retry-After of a 503", retryAfterFaults()},
		{"Responses that are not HTTP", misleading(malformedHTTP())},
		{"Lengths and content types", lengthFaults()},
		{"JSON", misleading(jsonFaults())},
		{"HTTP/2 frames", frameFaults()},
	}
}

func misleading(faults []*fault) []*fault {
	for _, f := range faults {
		f.misleads = true
	}
	return faults
}

func connectionFaults() []*fault {
	refuse := func(err error) func(context.Context) error {
		return func(context.Context) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	}
	hello := func(c *pipeConn) { _, _ = c.Read(make([]byte, 4096)) }
	return []*fault{
		{name: "connection refused", dial: refuse(os.NewSyscallError("connect", syscall.ECONNREFUSED))},
		{name: "host unknown", dial: refuse(&net.DNSError{Err: "no such host", Name: "chattest.invalid", IsNotFound: true})},
		{name: "no route to the host", dial: refuse(os.NewSyscallError("connect", syscall.EHOSTUNREACH))},
		{name: "connecting takes forever", dial: func(ctx context.Context) error {
			<-ctx.Done()
			return &net.OpError{Op: "dial", Net: "tcp", Err: ctx.Err()}
		}},
		{name: "closed before the handshake", connection: hello},
		{name: "reset before the handshake", connection: func(c *pipeConn) { hello(c); c.reset() }},
		{name: "the handshake takes forever", connection: func(c *pipeConn) { _, _ = io.Copy(io.Discard, c) }},
		{name: "the server does not speak TLS", connection: func(c *pipeConn) {
			hello(c)
			_, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n")
		}},
		{name: "the server sends garbage", connection: func(c *pipeConn) { hello(c); _, _ = io.WriteString(c, strings.Repeat("garbage", 20)) }},
		{name: "the certificate is not trusted", connection: func(c *pipeConn) {
			other, _ := newCertificate()
			_ = tls.Server(c, other).Handshake()
			_, _ = io.Copy(io.Discard, c)
		}},
		{name: "no common TLS version", connection: func(c *pipeConn) {
			old := serverTLS.Clone()
			old.MinVersion, old.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
			_ = tls.Server(c, old).Handshake()
		}},
	}
}

func resetFaults() []*fault {
	return []*fault{
		{name: "the request is lost", emulated: &chattest.Fault{LoseRequest: true}},
		{name: "the reply is lost", emulated: &chattest.Fault{LoseReply: true}},
		{name: "the reply is lost on a reused connection", emulated: &chattest.Fault{LoseReply: true}, reused: true},
		{name: "the request is lost on a reused connection", emulated: &chattest.Fault{LoseRequest: true}, reused: true},
		{name: "closed, not reset, after the request", answer: func(x *exchange) { x.do(); x.close() }},
		{name: "closed, not reset, on a reused connection", answer: func(x *exchange) { x.do(); x.close() }, reused: true},
		{name: "reset in the middle of the body", emulated: &chattest.Fault{CutBody: true}},
		{name: "reset after the body", answer: func(x *exchange) { x.reply(); x.reset() }},
		{name: "closed at each byte of the response", cuts: true, answer: func(x *exchange) {
			x.writeCut(answer.bytes)
			x.close()
		}},
		{name: "reset at each byte of the headers", cuts: true, answer: func(x *exchange) {
			x.writeCut(answer.headers)
			x.reset()
		}},
		{name: "closed at each byte of a chunked body", cuts: true, answer: func(x *exchange) {
			x.writeCut(answer.chunked)
			x.close()
		}},
	}
}

// writeCut writes the beginning of the response of the service in a form.
func (x *exchange) writeCut(form func(answer) []byte) {
	all := form(x.do())
	x.network.places = len(all)
	x.write(string(all[:min(len(all)-1, x.network.cut)]))
}

func (a answer) headers() []byte { return a.head(strconv.Itoa(len(a.body))) }

// chunked is the response in chunks of 100 bytes.
func (a answer) chunked() []byte {
	if a.status == http.StatusNoContent {
		return a.bytes()
	}
	head := bytes.TrimSuffix(a.head(""), []byte("\r\n"))
	b := bytes.NewBuffer(append(head, "Transfer-Encoding: chunked\r\n\r\n"...))
	for chunk := range slices.Chunk(a.body, 100) {
		fmt.Fprintf(b, "%x\r\n%s\r\n", len(chunk), chunk)
	}
	b.WriteString("0\r\n\r\n")
	return b.Bytes()
}

// slowly writes a byte at a time, until the client is gone.
func (x *exchange) slowly(text string, pause time.Duration) {
	for i := 0; i < len(text) && !x.over; i++ {
		x.write(text[i : i+1])
		time.Sleep(pause)
	}
}

func timeFaults() []*fault {
	return []*fault{
		{name: "no response", answer: func(x *exchange) { x.do(); x.wait() }},
		{name: "the response after 30 seconds", emulated: &chattest.Fault{Delay: 30 * time.Second}},
		{name: "slow headers, within a minute", answer: func(x *exchange) { x.slowly(string(x.do().bytes()), 30*time.Millisecond) }},
		{name: "slow headers, without end", answer: func(x *exchange) {
			x.do()
			x.slowly("HTTP/1.1 200 OK\r\nX-Slow: "+strings.Repeat("x", 200), time.Second)
			x.close()
		}},
		{name: "slow body, without end", answer: func(x *exchange) {
			a := x.do()
			x.write(string(a.head(strconv.Itoa(len(a.body) + 1000))))
			x.slowly(string(a.body)+strings.Repeat(" ", 200), time.Second)
			x.close()
		}},
		{name: "the body stops half way", answer: func(x *exchange) {
			a := x.do()
			x.write(string(a.head(strconv.Itoa(len(a.body)))) + string(a.body[:len(a.body)/2]))
			x.wait()
		}},
	}
}

const gigabyte = 1 << 30

// flood writes a text again and again, up to a number of bytes or until the client is gone.
func (x *exchange) flood(text string, size int) {
	text = strings.Repeat(text, max(1, 32<<10/len(text)))
	for sent := 0; sent < size && !x.over; sent += len(text) {
		x.write(text)
	}
	x.close()
}

func sizeFaults() []*fault {
	block := strings.Repeat(" ", 64<<10)
	start := func(a answer, length string) string {
		a.status = max(a.status, http.StatusOK)
		if a.status == http.StatusNoContent {
			a.status = http.StatusOK
		}
		return string(a.head(length))
	}
	return []*fault{
		{name: "a body of a gigabyte, announced", answer: func(x *exchange) {
			x.write(start(x.do(), strconv.Itoa(gigabyte)))
			x.flood(block, gigabyte)
		}},
		{name: "a body of a gigabyte, not announced", answer: func(x *exchange) {
			x.write(start(x.do(), ""))
			x.flood(block, gigabyte)
		}},
		{name: "a body of a gigabyte, of a 400", answer: func(x *exchange) {
			x.write("HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n\r\n")
			x.flood(block, gigabyte)
		}},
		{name: "a gzip bomb", answer: func(x *exchange) {
			a := x.do()
			a.header.Set("Content-Encoding", "gzip")
			x.write(start(a, ""))
			zipped := gzip.NewWriter(writerFunc(func(p []byte) (int, error) {
				x.write(string(p))
				if x.over {
					return 0, io.ErrClosedPipe
				}
				return len(p), nil
			}))
			for range gigabyte / len(block) {
				if _, err := io.WriteString(zipped, block); err != nil {
					break
				}
			}
			_ = zipped.Close()
			x.close()
		}},
		{name: "headers without end", answer: func(x *exchange) {
			x.do()
			x.write("HTTP/1.1 200 OK\r\n")
			x.flood("X-More: "+strings.Repeat("x", 1000)+"\r\n", gigabyte)
		}},
		{name: "one header without end", answer: func(x *exchange) {
			x.do()
			x.write("HTTP/1.1 200 OK\r\nX-More: ")
			x.flood(strings.Repeat("x", 1000), gigabyte)
		}},
		{name: "1xx without end", answer: func(x *exchange) {
			x.do()
			x.flood("HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n", gigabyte)
		}},
		{name: "100 Continue without end", answer: func(x *exchange) { x.do(); x.flood("HTTP/1.1 100 Continue\r\n\r\n", gigabyte) }},
		{name: "five 1xx before the response", answer: func(x *exchange) {
			x.write(strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n", 5))
			x.reply()
		}},
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func listFaults() []*fault {
	// page answers a list with its items and the link that next makes.
	page := func(next func(x *exchange, page map[string]json.RawMessage) string) func(*exchange) {
		return func(x *exchange) {
			a := x.do()
			var list map[string]json.RawMessage
			if json.Unmarshal(a.body, &list) == nil && list["value"] != nil {
				list["nextLink"], _ = json.Marshal(next(x, list))
				a.body, _ = json.Marshal(list)
			}
			time.Sleep(3 * time.Second)
			x.write(string(a.bytes()))
		}
	}
	here := func(x *exchange, query string) string {
		return "https://" + x.request.Host + x.request.URL.Path + "?api-version=2025-03-15&" + query
	}
	count := 0 // of links, each of which is another one
	return []*fault{
		{name: "next links without end", lists: true, answer: page(func(x *exchange, _ map[string]json.RawMessage) string {
			count++
			return here(x, "maxPageSize=2&n="+strconv.Itoa(count))
		})},
		{name: "empty pages without end", lists: true, answer: page(func(x *exchange, list map[string]json.RawMessage) string {
			count++
			list["value"] = json.RawMessage("[]")
			return here(x, "maxPageSize=2&n="+strconv.Itoa(count))
		})},
		{name: "a next link to the same page", lists: true, answer: page(func(x *exchange, _ map[string]json.RawMessage) string {
			return "https://" + x.request.Host + x.request.RequestURI
		})},
		{name: "a circle of three pages", lists: true, answer: page(func(x *exchange, _ map[string]json.RawMessage) string {
			count++
			return here(x, "maxPageSize=2&n=circle"+strconv.Itoa(count%3))
		})},
		{name: "a next link to another host", lists: true, emulated: &chattest.Fault{NextLinkHost: "elsewhere.test"}},
		{name: "a next link to another path", lists: true, answer: page(func(x *exchange, _ map[string]json.RawMessage) string {
			return "https://" + x.request.Host + "/identities?api-version=1"
		})},
		{name: "a next link that is no URL", lists: true, answer: page(func(*exchange, map[string]json.RawMessage) string { return "http://[::1%\x7f" })},
		{name: "an empty page with a link", lists: true, emulated: &chattest.Fault{EmptyPage: true}},
		{name: "an item twice", lists: true, emulated: &chattest.Fault{DuplicateItem: true}},
	}
}

func statusFaults() (faults []*fault) {
	for _, status := range []int{400, 401, 403, 404, 405, 408, 409, 410, 412, 413, 415, 418, 421, 425, 429, 431, 500, 501, 502, 503, 504, 505, 511, 600, 999} {
		f := &fault{name: strings.TrimSpace(strconv.Itoa(status) + " " + http.StatusText(status)), answer: func(x *exchange) {
			x.write("HTTP/1.1 " + strconv.Itoa(status) + " x\r\nContent-Length: 0\r\n\r\n")
		}}
		if status < 600 && http.StatusText(status) != "" {
			f.answer, f.emulated = nil, &chattest.Fault{Status: status}
		}
		faults = append(faults, f)
	}
	return append(faults,
		&fault{name: "500 although it was done", answer: func(x *exchange) {
			x.do()
			x.write("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n")
		}},
		&fault{name: "the token has expired", emulated: &chattest.Fault{ExpiredToken: true}},
		&fault{name: "the page of a gateway, as a success", emulated: &chattest.Fault{HTML: true}},
		&fault{name: "202 Accepted", answer: func(x *exchange) { x.do(); x.write("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n") }},
		&fault{name: "204 No Content", answer: func(x *exchange) { x.do(); x.write("HTTP/1.1 204 No Content\r\n\r\n") }},
		&fault{name: "206 Partial Content", answer: func(x *exchange) {
			a := x.do()
			a.status, a.body = http.StatusPartialContent, a.body[:len(a.body)/2]
			x.write(string(a.bytes()))
		}},
	)
}

func redirectFaults() (faults []*fault) {
	for _, status := range []int{300, 301, 302, 303, 304, 305, 307, 308} {
		faults = append(faults, &fault{name: strconv.Itoa(status) + " " + http.StatusText(status), emulated: &chattest.Fault{
			Status: status, Redirect: "https://elsewhere.test/chat/threads",
		}})
	}
	return faults
}

func retryAfterFaults() (faults []*fault) {
	for _, header := range []struct{ name, value string }{
		{"none", ""},
		{"0", "Retry-After: 0"}, {"1", "Retry-After: 1"}, {"59", "Retry-After: 59"}, {"61", "Retry-After: 61"}, {"a day", "Retry-After: 86400"},
		{"-1", "Retry-After: -1"}, {"1.5", "Retry-After: 1.5"}, {"1e3", "Retry-After: 1e3"}, {"0x10", "Retry-After: 0x10"}, {"NaN", "Retry-After: NaN"},
		{"the largest int64", "Retry-After: 9223372036854775807"}, {"more than an int64", "Retry-After: 99999999999999999999999"},
		{"the smallest int64", "Retry-After: -9223372036854775808"}, {"words", "Retry-After: soon"}, {"blanks", "Retry-After:  \t 5 \t"},
		{"twice, 1 and 86400", "Retry-After: 1\r\nRetry-After: 86400"}, {"a list, 1, 2", "Retry-After: 1, 2"},
		{"a date in the past", "Retry-After: Thu, 01 Jan 1970 00:00:00 GMT"}, {"a date in the year 9999", "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT"},
		{"a date that does not exist", "Retry-After: Fri, 31 Feb 2026 25:61:61 GMT"},
		{"in milliseconds, 5", "Retry-After-Ms: 5"}, {"in milliseconds, the largest int64", "X-Ms-Retry-After-Ms: 9223372036854775807"},
		{"10,000 digits", "Retry-After: " + strings.Repeat("9", 10_000)}, {"bytes that are not text", "Retry-After: \xff\xfe"},
	} {
		faults = append(faults, &fault{name: header.name, answer: func(x *exchange) {
			x.write("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n" + strings.TrimPrefix(header.value+"\r\n", "\r\n") + "\r\n")
		}})
	}
	return faults
}

func malformedHTTP() []*fault {
	say := func(name, text string) *fault {
		return &fault{name: name, answer: func(x *exchange) { x.do(); x.write(text); x.close() }}
	}
	return []*fault{
		say("an empty line", "\r\n\r\n"), say("another protocol", "SSH-2.0-OpenSSH_9.9\r\n"), say("no status", "HTTP/1.1\r\n\r\n"),
		say("a status that is no number", "HTTP/1.1 OK 200\r\n\r\n"), say("a status of -1", "HTTP/1.1 -1 x\r\n\r\n"), say("a status of 99", "HTTP/1.1 99 x\r\n\r\n"),
		say("HTTP/0.9", `{"value":[]}`), say("HTTP/3.0 in the status line", "HTTP/3.0 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
		say("a header without a colon", "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n{}"), say("NUL bytes in a header", "HTTP/1.1 200 OK\r\nX: a\x00b\r\nContent-Length: 2\r\n\r\n{}"),
		say("NUL bytes", strings.Repeat("\x00", 1000)), say("101 without an upgrade", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
		{name: "a second response that was not asked for", answer: func(x *exchange) {
			x.reply()
			time.Sleep(time.Nanosecond) // until the client has sent its next request, if it has one: this is the answer to it
			x.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
		}},
	}
}

func lengthFaults() []*fault {
	length := func(name string, of func(int) string) *fault {
		return &fault{name: name, answer: func(x *exchange) {
			a := x.do()
			x.write(string(a.head(of(len(a.body)))) + string(a.body))
			x.close()
		}}
	}
	contentType := func(name, value string) *fault {
		return &fault{name: name, answer: func(x *exchange) {
			a := x.do()
			a.header.Del("Content-Type")
			if value != "" {
				a.header.Set("Content-Type", value)
			}
			x.write(string(a.bytes()))
		}}
	}
	return []*fault{
		length("a length that is too long", func(n int) string { return strconv.Itoa(n + 10) }),
		length("a length that is too short", func(n int) string { return strconv.Itoa(max(0, n-1)) }),
		length("a length of 0", func(int) string { return "0" }),
		length("a negative length", func(int) string { return "-5" }),
		length("a length that is no number", func(int) string { return "many" }),
		length("a length above an int64", func(int) string { return "99999999999999999999" }),
		length("two lengths", func(n int) string { return strconv.Itoa(n) + "\r\nContent-Length: " + strconv.Itoa(n+1) }),
		length("a length and chunks", func(n int) string { return strconv.Itoa(n) + "\r\nTransfer-Encoding: chunked" }),
		length("an unknown transfer encoding", func(n int) string { return strconv.Itoa(n) + "\r\nTransfer-Encoding: rot13" }),
		length("gzip that is not zipped", func(n int) string { return strconv.Itoa(n) + "\r\nContent-Encoding: gzip" }),
		{name: "a chunk size that is no number", answer: func(x *exchange) {
			a := x.do()
			x.write(string(a.head("")[:len(a.head(""))-2]) + "Transfer-Encoding: chunked\r\n\r\nmany\r\n" + string(a.body))
			x.close()
		}},
		contentType("no content type", ""), contentType("text/html", "text/html"), contentType("image/png", "image/png"),
		contentType("JSON in UTF-16, it says", "application/json; charset=utf-16"), contentType("a malformed content type", "application;;/=json"),
	}
}

func jsonFaults() []*fault {
	// say answers with the status of the success, and what is made of its body.
	say := func(name string, of func(body string) string) *fault {
		return &fault{name: name, answer: func(x *exchange) {
			a := x.do()
			if a.status != http.StatusNoContent {
				a.body = []byte(of(string(a.body)))
			}
			x.write(string(a.bytes()))
		}}
	}
	always := func(text string) func(string) string { return func(string) string { return text } }
	return []*fault{
		{name: "no body", emulated: &chattest.Fault{EmptyBody: true}},
		say("truncated", func(body string) string { return body[:len(body)*2/3] }),
		say("followed by more", func(body string) string { return body + `{"more":true}` }),
		say("after a byte order mark", func(body string) string { return "\xef\xbb\xbf" + body }),
		say("NUL bytes", always(strings.Repeat("\x00", 1000))),
		say("NUL bytes after it", func(body string) string { return body + "\x00\x00" }),
		say("bytes that are not UTF-8", func(body string) string { return strings.ReplaceAll(body, `"`, "\"\xff\xfe") }),
		say("an escaped NUL in every text", func(body string) string { return strings.ReplaceAll(body, `":"`, `":"\u0000`) }),
		say("null", always("null")), say("true", always("true")), say("a number", always("-1e400")), say("a text", always(`"x"`)),
		say("an empty list", always("[]")), say("an empty object", always("{}")),
		say("single quotes", func(body string) string { return strings.ReplaceAll(body, `"`, "'") }),
		say("100,000 lists in each other", always(strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000))),
		say("100,000 objects in each other", always(strings.Repeat(`{"value":`, 100_000)+"1"+strings.Repeat("}", 100_000))),
		say("nesting in a member that no type has", func(body string) string {
			return strings.Replace(body, "{", `{"x":`+strings.Repeat("[", 9000)+strings.Repeat("]", 9000)+",", 1)
		}),
		say("every member twice", func(body string) string { return strings.Replace(body, "{", "{"+strings.Trim(body, "{}\n")+",", 1) }),
		say("a million items", always(`{"value":[`+strings.Repeat("{},", 1_000_000)+"{}]}")),
		say("an error as a success", always(`{"error":{"code":"InternalError","message":"Out of luck"}}`)),
	}
}
