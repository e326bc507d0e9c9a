package realtime

import (
	"net/url"
	"time"

	"github.com/acschat/acs-chat-go/chat/events"
)

// Decode reads the body of a delivery, at the endpoint https://contoso.test.
func Decode(body string) (events.Event, error) {
	event, _, err := decodeEvent([]byte(body), url.URL{Scheme: "https", Host: "contoso.test"})
	return event, err
}

// ParseFrame reads a frame, and what an acknowledgement or a delivery in it says.
func ParseFrame(text string) (ok bool, answer string) {
	f, ok := parseFrame(text)
	if !ok {
		return false, ""
	}
	f.acknowledged()
	_ = disconnection(f.data)
	if d, isDelivery := parseDelivery(f.data); isDelivery {
		answer = string(d.answer(time.Now()))
	}
	return true, answer
}

// MayGetToken reports whether a socket at one URL gets the token, if the configuration names another.
func MayGetToken(socket, named string) bool {
	u, err := serviceURL("socketio", socket)
	if err != nil {
		return false
	}
	n, err := serviceURL("trouterServiceUrl", named)
	return err == nil && isNeighbour(u, n)
}
