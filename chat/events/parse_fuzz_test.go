package events_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/acschat/acs-chat-go/chat/events"
)

// FuzzParse looks for bodies that crash the decoder, for values that JSON does not keep, and for events that change when they are written as
// Event Grid does and read again.
func FuzzParse(f *testing.F) {
	for _, schema := range []events.Schema{events.SchemaEventGrid, events.SchemaCloudEvents} {
		for _, event := range allPublished() {
			body, err := events.Format(schema, topic, event)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(body)
		}
	}
	f.Add([]byte(`[{"type":"x","data":"{}"},1,null]`))
	f.Add([]byte(`{"id":"1","type":"Microsoft.Communication.ChatThreadDeleted","data_base64":"e30=","time":"0000-01-01T00:00:00+14:00"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		list, err := events.Parse(body)
		if err != nil {
			if list != nil {
				t.Fatal("events and an error")
			}
			return
		}
		for _, event := range list {
			checkParsed(t, event)
		}
		same, err := events.ParseStorageQueue(base64.StdEncoding.EncodeToString(body))
		if err != nil || !reflect.DeepEqual(same, list) {
			t.Fatalf("in base64: %v", err)
		}
	})
}

// FuzzParseStorageQueue checks that the text of a message in a queue is read as the JSON that it is, or that it is in base64, and that other text is an
// error without events.
func FuzzParseStorageQueue(f *testing.F) {
	for _, event := range allPublished() {
		body, err := events.Format(events.SchemaEventGrid, topic, event)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(body))
		f.Add(base64.StdEncoding.EncodeToString(body))
	}
	for _, seed := range []string{"", "e30=", " e30=\r\n", "e30", "e3\n0=", "e31=", "bnVsbA==", "eyI_IjoxfQ==", "plain", "\xff", " {} ", "\ufeff{}", "[", "=", "W10=W10="} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		list, err := events.ParseStorageQueue(text)
		body := []byte(strings.TrimSpace(text))
		if len(body) == 0 || body[0] != '{' && body[0] != '[' {
			var undecodable error
			if body, undecodable = base64.StdEncoding.DecodeString(string(body)); undecodable != nil {
				body = nil
			}
		}
		want, invalid := events.Parse(body)
		if (err == nil) != (invalid == nil) || !reflect.DeepEqual(list, want) {
			t.Fatalf("%q: %v, %v\nwant %v, %v", text, list, err, want, invalid)
		}
		for _, event := range list {
			checkParsed(t, event)
		}
	})
}

// FuzzParseRequest looks for headers and bodies of the binary mode that crash the decoder.
func FuzzParseRequest(f *testing.F) {
	for name, data := range dataJSON {
		f.Add("Microsoft.Communication."+name, "thread/t/sender/a/recipient/8:acs:b", "2026-11-03T09:20:02.337Z", []byte("{"+data+"}"))
	}
	f.Fuzz(func(t *testing.T, kind, subject, at string, body []byte) {
		list, err := events.ParseBinary(http.Header{"Ce-Type": {kind}, "Ce-Subject": {subject}, "Ce-Time": {at}, "Ce-Id": {"1"}}, body)
		if err != nil {
			return
		}
		for _, event := range list {
			checkParsed(t, event)
		}
	})
}

func checkParsed(t *testing.T, event events.Event) {
	if unknown, ok := event.(events.Unknown); ok && !json.Valid(unknown.Raw) {
		t.Fatalf("%q is not JSON", unknown.Raw)
	}
	data, err := json.Marshal(event)
	if err != nil {
		t.Fatalf("%#v: %v", event, err)
	}
	again, err := events.Unmarshal(data)
	if err != nil || !reflect.DeepEqual(again, event) {
		t.Fatalf("%s: %v\n%#v\n%#v", data, err, event, again)
	}
	written, err := events.Format(events.SchemaEventGrid, topic, event)
	if err != nil {
		return // a field that Event Grid always has is missing
	}
	if _, err := events.Parse(written); err != nil {
		t.Fatalf("%s: %v", written, err)
	}
}
