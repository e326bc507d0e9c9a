package realtime

import (
	"context"
	"net/url"
	"time"

	"github.com/acschat/acs-chat-go/chat"
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

// Negotiate makes the requests that precede the socket, each once. It returns the URLs that the configuration names.
func Negotiate(ctx context.Context, client *chat.Client) (named []string, err error) {
	service := newService(client.Pipeline())
	configuration, err := service.configure(ctx)
	if err != nil {
		return nil, err
	}
	named = []string{configuration.trouter.String(), configuration.registrar.String()}
	allocation, err := service.allocate(ctx, configuration)
	if err != nil {
		return named, err
	}
	_, err = service.handshake(ctx, allocation)
	return named, err
}

// Receive handles the frames of a service, and returns the frames and the events that they lead to.
func Receive(client *chat.Client, frames ...string) (written []string, received []events.Event) {
	l := &Listener{service: newService(client.Pipeline()), queue: newQueue(100), events: newSeen(), losses: newSeen()}
	s := &session{listener: l, greeted: make(chan struct{}), registered: true, writing: true} // nothing takes from outgoing
	s.ctx, s.cancel = context.WithCancelCause(context.Background())
	defer s.end(nil)
	for _, text := range frames {
		if f, ok := parseFrame(text); ok {
			s.handle(f)
		}
	}
	return s.outgoing, l.queue.list
}
