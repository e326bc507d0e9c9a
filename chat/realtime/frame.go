package realtime

import (
	"encoding/json"
	"strconv"
	"strings"
)

// The frames are those of socket.io's first protocol: type ":" [id ["+"]] ":" [endpoint] [":" data].

// frameType is the type of a frame.
type frameType byte

const (
	frameDisconnect frameType = '0'
	frameConnect    frameType = '1'
	frameHeartbeat  frameType = '2'
	frameMessage    frameType = '3'
	frameEvent      frameType = '5'
	frameAck        frameType = '6'
	frameError      frameType = '7'
)

// frame is one message on the socket.
type frame struct {
	kind frameType
	id   string // without the plus sign
	data string
}

// parseFrame reads a frame. It reports false if the text is not a frame.
func parseFrame(text string) (frame, bool) {
	parts := strings.SplitN(text, ":", 4)
	if len(parts) < 3 || len(parts[0]) != 1 || parts[0][0] < '0' || parts[0][0] > '8' {
		return frame{}, false
	}
	f := frame{kind: frameType(parts[0][0]), id: strings.TrimSuffix(parts[1], "+")}
	if len(parts) == 4 {
		f.data = parts[3]
	}
	return f, true
}

// acknowledged returns the id in an ack frame.
func (f frame) acknowledged() (int, bool) {
	id, _, _ := strings.Cut(f.data, "+")
	n, err := strconv.Atoi(id)
	return n, err == nil
}

// message returns the text of a message frame.
func messageFrame(data []byte) string { return "3:::" + string(data) }

// eventFrame returns the text of an event that the server must acknowledge.
func eventFrame(id int, name string, args ...any) string {
	event := struct {
		Name string `json:"name"`
		Args []any  `json:"args,omitempty"`
	}{name, args}
	data, err := json.Marshal(event)
	if err != nil {
		panic("realtime: " + err.Error()) // args are strings, and JSON that was read
	}
	return "5:" + strconv.Itoa(id) + "+::" + string(data)
}
