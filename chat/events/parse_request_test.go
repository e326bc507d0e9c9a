package events_test

import (
	"bytes"
	"errors"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/events"
)

// request is a delivery with a body.
func request(body string, header http.Header) *http.Request {
	GinkgoHelper()
	r, err := http.NewRequest(http.MethodPost, "https://example.com/events", strings.NewReader(body))
	Expect(err).NotTo(HaveOccurred())
	r.Header = header
	return r
}

// binary are the headers of a CloudEvent in the binary mode.
func binary(event events.Event) http.Header {
	h := event.EventHeader()
	t, _ := events.TypeOf(event)
	return http.Header{
		"Content-Type": {"application/json"}, "Ce-Specversion": {"1.0"}, "Ce-Id": {h.ID}, "Ce-Source": {topic}, "Ce-Type": {t.Name},
		"Ce-Subject": {strings.ReplaceAll(h.Subject, ":", "%3A")}, "Ce-Time": {h.Time.Format("2006-01-02T15:04:05.0000000Z")},
	}
}

var _ = Describe("ParseRequest", func() {
	It("reads CloudEvents of every type in the binary mode", func() {
		for name, event := range published() {
			Expect(events.ParseRequest(request("{"+dataJSON[name]+"}", binary(event)))).To(Equal([]events.Event{event}), name)
		}
	})

	It("reads the structured and the batched mode, and the schema of Event Grid", func() {
		list := allPublished()
		for _, schema := range []events.Schema{events.SchemaEventGrid, events.SchemaCloudEvents} {
			for _, n := range []int{1, 3} {
				header := http.Header{"Content-Type": {schema.ContentType(n)}, "Ce-Type": {"ignored"}}
				if schema == events.SchemaEventGrid {
					header.Del("Ce-Type")
				}
				Expect(events.ParseRequest(request(formatted(schema, list[:n]...), header))).To(Equal(list[:n]))
			}
		}
	})

	It("returns an Unknown in the form of the structured mode for an event of another type", func() {
		header := http.Header{"Ce-Id": {"1"}, "Ce-Type": {"x"}, "Ce-Source": {"s"}}
		Expect(events.ParseRequest(request("\ufeff{}", header))).To(HaveExactElements(And(
			HaveField("Type", "x"), HaveField("ID", "1"),
			HaveField("Raw", BeEquivalentTo(`{"id":"1","source":"s","subject":"","type":"x","time":"","data":{},"specversion":""}`)))))
	})

	DescribeTable("returns an Unknown for data that is not an object",
		func(body, data string) {
			list, err := events.ParseRequest(request(body, binary(allPublished()[0])))
			Expect(err).NotTo(HaveOccurred())
			Expect(list).To(HaveExactElements(BeAssignableToTypeOf(events.Unknown{})))
			Expect(string(list[0].(events.Unknown).Raw)).To(ContainSubstring(`"data":` + data + `,`))
		},
		Entry("an array", "[1]", "[1]"),
		Entry("a number", " 1 ", "1"),
		Entry("none", "", "null"),
	)

	It("fails if the body is too large, is no JSON or is missing", func() {
		_, err := events.ParseRequest(request(strings.Repeat(" ", 5<<20), nil))
		tooLarge, ok := errors.AsType[*http.MaxBytesError](err)
		Expect(ok).To(BeTrue())
		Expect(tooLarge.Limit).To(BeEquivalentTo(4 << 20))
		Expect(events.ParseRequest(request("x", binary(allPublished()[0])))).Error().To(MatchError(ContainSubstring("data must be JSON")))
		Expect(events.ParseRequest(request(`{},"id":"other"`, binary(allPublished()[0])))).Error().To(MatchError(ContainSubstring("data must be JSON")))
		r := request("", nil)
		r.Body = nil
		Expect(events.ParseRequest(r)).Error().To(MatchError(ContainSubstring("empty")))
		r = request("", nil)
		r.Body = http.MaxBytesReader(nil, http.NoBody, 0)
		Expect(events.ParseRequest(r)).Error().To(MatchError(ContainSubstring("empty")))
	})

	It("leaves the body of the caller as it is", func() {
		body := []byte(formatted(events.SchemaEventGrid, allPublished()...))
		before := bytes.Clone(body)
		Expect(events.Parse(body)).Error().NotTo(HaveOccurred())
		Expect(body).To(Equal(before))
	})
})
