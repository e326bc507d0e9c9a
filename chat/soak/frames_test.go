package soak_test

import (
	"io"
	"strings"
	"time"

	"golang.org/x/net/http2"
)

// goAway ends the connection with a GOAWAY frame: no stream after last was processed.
func (s *http2Stream) goAway(last uint32, code http2.ErrCode) {
	pause := time.Second
	if last == 0 && code == http2.ErrCodeNo {
		pause = 7 * time.Second // net/http connects again at once, and without end: seldom, but within a step of a stream
	}
	time.Sleep(pause)
	s.check(s.framer.WriteGoAway(last, code, nil))
	s.leave()
}

// leave closes the connection once the client has read everything.
func (s *http2Stream) leave() {
	time.Sleep(time.Millisecond)
	s.close()
}

func (s *http2Stream) rst(code http2.ErrCode) { s.check(s.framer.WriteRSTStream(s.id, code)) }

// flood repeats frames until the client ends the connection, or 3,000 times.
func (s *http2Stream) flood(write func() error) {
	s.network.handlers.Go(func() { _, _ = io.Copy(io.Discard, s.conn) }) // neither side waits for the other one
	for n := 0; n < 3000 && !s.over; n++ {
		s.check(write())
	}
	s.leave()
}

// raw writes a frame that the framer would refuse, and then closes the connection.
func (s *http2Stream) raw(kind http2.FrameType, flags http2.Flags, id uint32, payload string) {
	s.check(s.framer.WriteRawFrame(kind, flags, id, []byte(payload)))
	s.leave()
}

func frameFaults() []*fault {
	frames := func(name string, do func(*http2Stream)) *fault { return &fault{name: name, frames: do} }
	return []*fault{
		frames("GOAWAY, the request was not processed", func(s *http2Stream) { s.goAway(0, http2.ErrCodeNo) }),
		frames("GOAWAY with an error, not processed", func(s *http2Stream) { s.goAway(0, http2.ErrCodeInternal) }),
		frames("GOAWAY, the request was processed", func(s *http2Stream) { s.do(); s.goAway(s.id, http2.ErrCodeNo) }),
		frames("GOAWAY with an error, processed", func(s *http2Stream) { s.do(); s.goAway(s.id, http2.ErrCodeInternal) }),
		frames("GOAWAY, and then the response", func(s *http2Stream) {
			s.check(s.framer.WriteGoAway(s.id, http2.ErrCodeNo, nil))
			s.reply()
			s.leave()
		}),
		frames("GOAWAY 1,000 times", func(s *http2Stream) {
			for range 1000 {
				s.check(s.framer.WriteGoAway(s.id, http2.ErrCodeNo, nil))
			}
			s.reply()
			s.leave()
		}),
		frames("GOAWAY that asks to be calm", func(s *http2Stream) { s.goAway(0, http2.ErrCodeEnhanceYourCalm) }),
		frames("RST_STREAM, refused", func(s *http2Stream) { s.rst(http2.ErrCodeRefusedStream) }),
		frames("RST_STREAM, internal error, after it was done", func(s *http2Stream) { s.do(); s.rst(http2.ErrCodeInternal) }),
		frames("RST_STREAM, cancel, after the headers", func(s *http2Stream) {
			a := s.do()
			s.headers(a, false)
			s.rst(http2.ErrCodeCancel)
		}),
		frames("RST_STREAM without an error, in the body", func(s *http2Stream) {
			a := s.do()
			s.headers(a, false)
			s.check(s.framer.WriteData(s.id, false, a.body[:len(a.body)/2]))
			s.rst(http2.ErrCodeNo)
		}),
		frames("RST_STREAM without an error, after the response", func(s *http2Stream) { s.reply(); s.rst(http2.ErrCodeNo) }),
		frames("RST_STREAM that requires HTTP/1.1", func(s *http2Stream) { s.rst(http2.ErrCodeHTTP11Required) }),
		frames("RST_STREAM 3,000 times", func(s *http2Stream) {
			s.do()
			for range 3000 {
				s.rst(http2.ErrCodeInternal)
			}
		}),
		frames("closed without GOAWAY, after it was done", func(s *http2Stream) { s.do(); s.close() }),
		frames("reset, after it was done", func(s *http2Stream) { s.do(); s.reset() }),
		frames("silence", func(s *http2Stream) { s.do(); s.wait() }),
		frames("PING 3,000 times", func(s *http2Stream) { s.do(); s.flood(func() error { return s.framer.WritePing(false, [8]byte{}) }) }),
		frames("SETTINGS 3,000 times", func(s *http2Stream) { s.do(); s.flood(func() error { return s.framer.WriteSettings() }) }),
		frames("empty DATA 3,000 times", func(s *http2Stream) {
			s.headers(s.do(), false)
			s.flood(func() error { return s.framer.WriteData(s.id, false, nil) })
		}),
		frames("CONTINUATION without end", func(s *http2Stream) {
			s.do()
			s.check(s.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: s.id, BlockFragment: encoded(":status", "200")}))
			more := encoded("x-more", strings.Repeat("x", 12_000))
			s.flood(func() error { return s.framer.WriteContinuation(s.id, false, more) })
		}),
		frames("1xx without end", func(s *http2Stream) {
			s.do()
			hints := encoded(":status", "103", "link", strings.Repeat("x", 5000))
			s.flood(func() error {
				return s.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: s.id, BlockFragment: hints, EndHeaders: true})
			})
		}),
		frames("48 MB of DATA", func(s *http2Stream) {
			s.headers(s.do(), false)
			block := make([]byte, 16<<10)
			s.flood(func() error {
				time.Sleep(time.Microsecond) // until the client has read: its flow control ends the connection otherwise, but not every time
				return s.framer.WriteData(s.id, false, block)
			})
		}),
		frames("DATA without headers", func(s *http2Stream) { s.do(); s.raw(http2.FrameData, http2.FlagDataEndStream, s.id, "{}") }),
		frames("DATA on a stream that was never opened", func(s *http2Stream) { s.do(); s.raw(http2.FrameData, 0, s.id+100, "{}") }),
		frames("headers that are not HPACK", func(s *http2Stream) {
			s.do()
			s.raw(http2.FrameHeaders, http2.FlagHeadersEndHeaders, s.id, "\xff\xff\xff\xff\xff\xff\xff\xff")
		}),
		frames("headers without a status", func(s *http2Stream) {
			s.do()
			s.check(s.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: s.id, BlockFragment: encoded("x", "y"), EndHeaders: true, EndStream: true}))
		}),
		frames("a window that overflows", func(s *http2Stream) {
			s.do()
			s.check(s.framer.WriteWindowUpdate(0, 1<<31-1))
			s.check(s.framer.WriteWindowUpdate(0, 1<<31-1))
			s.leave()
		}),
		frames("a pushed stream", func(s *http2Stream) {
			s.do()
			s.check(s.framer.WritePushPromise(http2.PushPromiseParam{
				StreamID: s.id, PromiseID: 2, EndHeaders: true,
				BlockFragment: encoded(":method", "GET", ":path", "/", ":scheme", "https", ":authority", "elsewhere.test"),
			}))
			s.leave()
		}),
		frames("a frame of an unknown type", func(s *http2Stream) {
			s.check(s.framer.WriteRawFrame(0xfb, 0, s.id, []byte("unknown")))
			s.reply()
		}),
		frames("a frame that is too large", func(s *http2Stream) { s.do(); s.raw(http2.FrameData, 0, s.id, strings.Repeat("x", 1<<20)) }),
		frames("a frame that is cut", func(s *http2Stream) { s.do(); s.exchange.write("\x00\x00\xff\x00\x00"); s.leave() }),
		frames("HTTP/1.1 in place of frames", func(s *http2Stream) {
			s.do()
			s.exchange.write("HTTP/1.1 400 Bad Request\r\n\r\n")
			s.leave()
		}),
	}
}
