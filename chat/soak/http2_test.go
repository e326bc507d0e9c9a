package soak_test

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// http2Stream is a request over HTTP/2, with the means to answer it frame by frame.
type http2Stream struct {
	*exchange
	framer *http2.Framer
	id     uint32
}

// serveHTTP2 serves a connection until it ends. One goroutine reads and writes, so that frames are in order.
func (n *network) serveHTTP2(raw *pipeConn, conn net.Conn) {
	preface := make([]byte, len(http2.ClientPreface))
	reader := bufio.NewReader(conn)
	if _, err := io.ReadFull(reader, preface); err != nil {
		return
	}
	framer := http2.NewFramer(conn, reader)
	framer.AllowIllegalWrites = true
	framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	if framer.WriteSettings() != nil {
		return
	}
	streams := make(map[uint32]*exchange)
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			return
		}
		switch f := frame.(type) {
		case *http2.SettingsFrame:
			if !f.IsAck() {
				err = framer.WriteSettingsAck()
			}
		case *http2.PingFrame:
			if !f.IsAck() {
				err = framer.WritePing(true, f.Data)
			}
		case *http2.MetaHeadersFrame:
			streams[f.StreamID] = &exchange{network: n, raw: raw, conn: conn, request: requestIn(f)}
		case *http2.DataFrame:
			if x := streams[f.StreamID]; x != nil {
				x.body = append(x.body, f.Data()...)
			}
		case *http2.RSTStreamFrame:
			delete(streams, f.StreamID)
		}
		if err != nil {
			return
		}
		id, x := frame.Header().StreamID, streams[frame.Header().StreamID]
		if x == nil || !frame.Header().Flags.Has(http2.FlagDataEndStream) { // the flag is the same for headers
			continue
		}
		delete(streams, id)
		s := &http2Stream{exchange: x, framer: framer, id: id}
		if n.arrived(x) && n.fault.frames != nil && n.strikes(x.request.URL.Path) {
			n.fault.frames(s)
		} else {
			s.reply()
		}
		if s.over {
			return
		}
	}
}

func requestIn(f *http2.MetaHeadersFrame) *http.Request {
	target, err := url.ParseRequestURI(f.PseudoValue("path"))
	if err != nil {
		panic(err)
	}
	req := &http.Request{
		Method: f.PseudoValue("method"), URL: target, RequestURI: f.PseudoValue("path"), Host: f.PseudoValue("authority"),
		Proto: "HTTP/2.0", ProtoMajor: 2, Header: make(http.Header),
	}
	for _, field := range f.RegularFields() {
		req.Header.Add(field.Name, field.Value)
	}
	return req
}

// reply answers as the service does.
func (s *http2Stream) reply() {
	if a := s.do(); a.whole {
		s.write(a)
	} else {
		s.reset()
	}
}

// write writes a whole response.
func (s *http2Stream) write(a answer) {
	s.headers(a, len(a.body) == 0)
	if len(a.body) > 0 {
		s.check(s.framer.WriteData(s.id, true, a.body))
	}
}

// headers writes the headers of a response.
func (s *http2Stream) headers(a answer, end bool) {
	fields := []string{":status", strconv.Itoa(a.status)}
	for name, values := range a.header {
		for _, value := range values {
			fields = append(fields, strings.ToLower(name), value)
		}
	}
	s.check(s.framer.WriteHeaders(http2.HeadersFrameParam{
		StreamID: s.id, BlockFragment: encoded(fields...), EndHeaders: true, EndStream: end,
	}))
}

// encoded is a block of headers, given as names and values in turn.
func encoded(fields ...string) []byte {
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	for i := 0; i < len(fields); i += 2 {
		_ = encoder.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]})
	}
	return block.Bytes()
}

// check ends the connection after an error.
func (s *http2Stream) check(err error) {
	if err != nil {
		s.over = true
	}
}
