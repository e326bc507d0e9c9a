package chattest

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"maps"
	"net/http"
	"strconv"
	"time"
)

// reply is a response before it is sent, an [http.ResponseWriter] that keeps what is written.
type reply struct {
	header http.Header
	status int
	body   bytes.Buffer

	at        time.Time  // when the request arrived
	user      string     // the raw id of the caller, for the chat API
	identity  bool       // the request is for the identity API
	style     ErrorStyle // of refusals
	anonymous bool       // the reply refuses a caller who is not authenticated
	reason    string     // why it is a refusal, if the body does not say so
	fault     int        // the id of the fault that made or changed the reply
}

func newReply() *reply {
	return &reply{header: make(http.Header, 16)}
}

func (p *reply) Header() http.Header { return p.header }

func (p *reply) WriteHeader(status int) {
	if p.status == 0 {
		p.status = status
	}
}

func (p *reply) Write(b []byte) (int, error) {
	p.WriteHeader(http.StatusOK)
	return p.body.Write(b)
}

// setBody replaces the body. An empty body has no content type.
func (p *reply) setBody(contentType string, body []byte) {
	p.body = *bytes.NewBuffer(body)
	p.header.Set("Content-Type", contentType)
	if len(body) == 0 {
		p.header.Del("Content-Type")
	}
}

// answer writes the outcome of an operation: the error, if there is one, or else the status and the JSON body, if any.
func answer(w http.ResponseWriter, status int, body []byte, err error) {
	contentType := "application/json; charset=utf-8"
	if err != nil {
		refused, ok := errors.AsType[*refusal](err)
		if !ok {
			refused = refuse(http.StatusInternalServerError, err.Error())
		}
		p := w.(*reply)
		p.anonymous, p.reason = refused.anonymous, refused.reason
		p.setRetryAfter(refused.retryAfter)
		status, body, contentType = refused.status, refused.body(p.style), "application/json"
	}
	if len(body) > 0 {
		w.Header()["Content-Type"] = []string{contentType}
	}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// setRetryAfter sets Retry-After or, if the wait is not in whole seconds, retry-after-ms. 0 sets neither.
func (p *reply) setRetryAfter(wait time.Duration) {
	if wait%time.Second != 0 {
		p.header["retry-after-ms"] = []string{strconv.FormatInt(wait.Milliseconds(), 10)}
	} else if wait != 0 {
		p.header["Retry-After"] = []string{strconv.FormatInt(int64(wait/time.Second), 10)}
	}
}

// complete sets the headers of every response. Names are spelled as the service spells them.
func (s *Service) complete(p *reply, r *http.Request, op Operation, took time.Duration) {
	h := p.header
	now := s.Now().UTC()
	h["Date"] = []string{now.Format(http.TimeFormat)}
	h["MS-CV"] = []string{base64.RawStdEncoding.EncodeToString(randomBytes(16)) + ".0"}
	h["Strict-Transport-Security"] = []string{"max-age=31536000;includeSubDomains"}
	h["X-Processing-Time"] = []string{strconv.FormatInt(took.Milliseconds(), 10) + "ms"}
	h["X-Cache"] = []string{"CONFIG_NOCACHE"}
	h["X-Azure-Ref"] = []string{now.Format("20060102T150405Z") + "-" + randomHex(16)}
	if !p.anonymous {
		h["api-supported-versions"] = []string{op.versions(p.identity)}
	}
	if r.Header.Get("Origin") != "" {
		h["Access-Control-Allow-Origin"] = []string{"*"}
	}
	if p.identity {
		p.completeIdentity(r)
	} else if !p.anonymous {
		p.completeChat(r)
	}
	switch {
	case p.status == http.StatusOK:
		h["Accept-Ranges"] = []string{"bytes"}
		fallthrough
	case p.status == http.StatusCreated, p.body.Len() == 0 && p.status != http.StatusNoContent:
		h["Content-Length"] = []string{strconv.Itoa(p.body.Len())}
	}
}

// completeChat sets the headers of the chat API, which only authenticated callers receive.
func (p *reply) completeChat(r *http.Request) {
	h := p.header
	if r.Header.Get("Origin") == "" {
		h["Access-Control-Expose-Headers"] = []string{"*"}
	} else {
		h["Access-Control-Expose-Headers"] = []string{"Location"}
	}
	if id := r.Header.Get("X-Ms-Client-Request-Id"); id != "" && r.Header.Get("X-Ms-Return-Client-Request-Id") == "true" {
		h["x-ms-client-request-id"] = []string{id}
	}
}

// completeIdentity sets the headers of the identity API.
func (p *reply) completeIdentity(r *http.Request) {
	p.header["Request-Context"] = []string{"appId="}
	if id := r.Header.Get("X-Ms-Client-Request-Id"); id != "" {
		p.header["x-ms-client-request-id"] = []string{id}
	}
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

// send writes the reply, with at most limit bytes of its body. Without a Content-Length it is sent in chunks, as the service sends
// errors.
func (p *reply) send(w http.ResponseWriter, limit int) {
	maps.Copy(w.Header(), p.header)
	w.WriteHeader(p.status)
	flush := func() { _ = http.NewResponseController(w).Flush() }
	if _, known := p.header["Content-Length"]; !known {
		flush()
	}
	_, _ = w.Write(p.body.Bytes()[:limit])
	if limit < p.body.Len() {
		flush()
	}
}
