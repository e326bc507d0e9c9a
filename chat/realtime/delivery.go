package realtime

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// delivery is an event on the socket: an HTTP request as JSON, whose body is the payload.
type delivery struct {
	id      json.RawMessage // unchanged, for the response
	headers map[string]scalar
	body    []byte
}

// parseDelivery reads a message frame. It reports false if the frame is not a delivery; there is no response to it then.
func parseDelivery(data string) (delivery, bool) {
	var wire struct {
		ID      json.RawMessage   `json:"id"`
		Headers map[string]scalar `json:"headers"`
		Body    json.RawMessage   `json:"body"`
	}
	if pipeline.Decode([]byte(data), &wire) != nil || len(wire.ID) == 0 {
		return delivery{}, false
	}
	d := delivery{id: wire.ID, headers: wire.Headers, body: wire.Body}
	var text string
	if json.Unmarshal(wire.Body, &text) == nil {
		d.body = []byte(text)
	} // else it is an object, in place of a string that contains one
	return d, true
}

// answer returns the HTTP response that acknowledges the delivery, which arrived at a given time.
func (d delivery) answer(came time.Time) []byte {
	headers := map[string]string{"trouter-client": `{"cd":` + strconv.FormatInt(time.Since(came).Milliseconds(), 10) + `}`}
	for name, value := range d.headers {
		switch strings.ToLower(name) {
		case "ms-cv":
			headers[name] = string(value) + ".0"
		case "trouter-request", "trouter-is-broadcast":
			headers[name] = string(value)
		}
	}
	text, err := json.Marshal(struct {
		ID      json.RawMessage   `json:"id"`
		Status  int               `json:"status"`
		Headers map[string]string `json:"headers"`
		Body    string            `json:"body"`
	}{d.id, 200, headers, ""})
	if err != nil {
		panic("realtime: " + err.Error()) // the id was JSON before
	}
	return text
}
