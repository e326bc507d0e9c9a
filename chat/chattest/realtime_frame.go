package chattest

import (
	"encoding/json"
	"strings"
)

// frame is a message of the socket.io protocol 1 over a WebSocket: type ":" [id ["+"]] ":" [endpoint] [":" data].
type frame struct {
	kind frameKind
	id   string // with a "+" at the end if the sender requests an acknowledgement with data
	data string
}

type frameKind string

const (
	frameDisconnect  frameKind = "0"
	frameConnect     frameKind = "1"
	frameHeartbeat   frameKind = "2"
	frameMessage     frameKind = "3"
	frameEvent       frameKind = "5"
	frameAcknowledge frameKind = "6"
)

// parseFrame reads a frame. It reports false if the text is not a frame.
func parseFrame(text string) (f frame, ok bool) {
	parts := strings.SplitN(text, ":", 4)
	if len(parts) < 3 {
		return f, false
	}
	f = frame{kind: frameKind(parts[0]), id: parts[1]}
	if len(parts) == 4 {
		f.data = parts[3]
	}
	return f, true
}

func (f frame) String() string {
	text := string(f.kind) + ":" + f.id + ":"
	if f.data != "" {
		text += ":" + f.data
	}
	return text
}

// socketEvent is the data of an event frame.
type socketEvent struct {
	Name string            `json:"name"`
	Args []json.RawMessage `json:"args,omitempty"`
}

// eventFrame makes the frame of a server event with one argument.
func eventFrame(id, name string, argument any) frame {
	return frame{kind: frameEvent, id: id, data: string(encode(socketEvent{name, []json.RawMessage{encode(argument)}}))}
}

// acknowledgement returns the acknowledgement of a frame. It reports false if the frame requests none.
func (f frame) acknowledgement() (frame, bool) {
	id, withData := strings.CutSuffix(f.id, "+")
	if id == "" {
		return frame{}, false
	}
	data := id
	if withData {
		data += "+[]"
		if f.event().Name == "ping" {
			data = id + `+["pong"]`
		}
	}
	return frame{kind: frameAcknowledge, data: data}, true
}

// event reads the data of an event frame. Malformed data is the zero value.
func (f frame) event() (e socketEvent) {
	_ = json.Unmarshal([]byte(f.data), &e)
	return e
}
