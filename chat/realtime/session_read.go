package realtime

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

var (
	errLeft       = errors.New("realtime: the service ended the connection")
	errMoving     = errors.New("realtime: the service asked to connect again")
	errDeprecated = errors.New("realtime: the service does not accept this user's tokens any more")
)

// read handles frames of the service until the session ends.
func (s *session) read() {
	defer func() { _ = s.socket.CloseNow() }()
	for {
		_, data, err := s.socket.Read(s.ctx)
		if err != nil {
			s.end(fmt.Errorf("realtime: the connection was lost: %w", err))
			return
		}
		f, ok := parseFrame(string(data))
		if !ok {
			continue
		}
		s.handle(f)
		s.mu.Lock()
		s.heard = time.Now()
		s.mu.Unlock()
	}
}

func (s *session) handle(f frame) {
	switch f.kind {
	case frameHeartbeat:
		s.write("2::")
	case frameAck:
		if id, ok := f.acknowledged(); ok {
			s.mu.Lock()
			delete(s.awaited, id)
			s.mu.Unlock()
		}
	case frameMessage:
		s.receive(f)
	case frameEvent:
		s.handleEvent(f)
	case frameDisconnect:
		s.end(disconnection(f.data))
	case frameError:
		if !s.isGreeted() || strings.HasSuffix(f.data, "+0") { // a request to connect again
			s.end(fmt.Errorf("%w with error %q", errLeft, pipeline.LogLine(f.data)))
		}
	}
}

// disconnection is the error of a disconnect frame, whose data is empty, a word or a JSON object.
func disconnection(data string) error {
	var wire struct {
		Reason scalar `json:"reason"`
	}
	reason := data
	if pipeline.Decode([]byte(data), &wire) == nil {
		reason = string(wire.Reason)
	}
	switch reason {
	case "":
		return errLeft
	case "skypetoken-deprecated":
		return fatal{errDeprecated}
	}
	return fmt.Errorf("%w: %s", errLeft, pipeline.LogLine(reason))
}

func (s *session) isGreeted() bool {
	select {
	case <-s.greeted:
		return true
	default:
		return false
	}
}

// receive acknowledges a delivery, so that the service does not send it again, and then puts its event into the queue.
func (s *session) receive(f frame) {
	if !s.isGreeted() {
		return
	}
	came := time.Now()
	d, ok := parseDelivery(f.data)
	if !ok {
		s.listener.receive([]byte(f.data))
		return
	}
	s.write(messageFrame(d.answer(came)))
	if f.id != "" {
		s.write("6:::" + f.id)
	}
	s.listener.receive(d.body)
}

func (s *session) handleEvent(f frame) {
	var event struct {
		Name scalar            `json:"name"`
		Args []json.RawMessage `json:"args"`
	}
	if pipeline.Decode([]byte(f.data), &event) != nil {
		return
	}
	var first json.RawMessage
	if len(event.Args) > 0 {
		first = event.Args[0]
	}
	switch event.Name {
	case "trouter.connected":
		s.greetedWith(first)
	case "trouter.message_loss":
		s.handleLoss(first)
	case "trouter.reconnect":
		s.end(errMoving)
	}
}

func (s *session) greetedWith(arg json.RawMessage) {
	var wire struct {
		TTL scalar `json:"ttl"`
	}
	_ = pipeline.Decode(arg, &wire) // without a lifetime, that of the allocation applies
	s.mu.Lock()
	if ttl := wire.TTL.seconds(); ttl > 0 {
		s.ends = time.Now().Add(ttl)
	}
	s.mu.Unlock()
	if !s.isGreeted() {
		close(s.greeted)
	}
}

// handleLoss confirms a loss that the service announces, so that it is not announced again, and puts one gap into the queue. A loss before
// the registration is covered by the gap of the reconnection, or happened before Listen returned.
func (s *session) handleLoss(arg json.RawMessage) {
	var wire struct {
		Lost []struct {
			Tag  scalar `json:"tag"`
			ETag scalar `json:"etag"`
		} `json:"droppedIndicators"`
	}
	if pipeline.Decode(arg, &wire) != nil || len(wire.Lost) == 0 {
		return
	}
	s.sendEvent(0, "trouter.processed_message_loss", arg)
	s.mu.Lock()
	registered, heard := s.registered, s.heard
	s.mu.Unlock()
	news := false
	for _, lost := range wire.Lost {
		news = !s.listener.lossKnown(string(lost.Tag), string(lost.ETag)) || news
	}
	if news && registered {
		s.listener.missed(events.GapReasonMessageLoss, heard)
	}
}
