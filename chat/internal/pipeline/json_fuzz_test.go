package pipeline_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// FuzzDecode checks that Decode fails if and only if the body is not a JSON object.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `null`, `[]`, "\ufeff{}", `{"text":"a","text":1,"TEXT":"b"}`, `{"many":[1,{"text":"\ud800"},null],"last":"z"}`,
		`{"one":{"one":{"on":"2025-11-03T09:16:04.1234567+00:00"}}}`, `{"notes":{"a":1},"count":1e999}`, `{"text":"a"`, `{"text":"a"}}`,
		"{\"text\":\"\xff\"}", `{"on":"\u0032025-11-03T09:16:04Z","until":[}`, `{"many":{"text":"x"},"one":[],"flag":"true"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var got thing
		err := pipeline.Decode(bytes.Clone(body), &got)
		trimmed := bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
		object := len(trimmed) > 0 && trimmed[0] == '{' &&
			jsontext.Value(trimmed).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
		if object != (err == nil) {
			t.Errorf("a JSON object: %t, error: %v", object, err)
		}
	})
}

// FuzzForgiving checks that a malformed member does not change how the others are decoded.
func FuzzForgiving(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"text":"a","TEXT":"b","maybe":null}`, `{"many":[{"text":"\ud800"},null,{"until":"2025-11-03T09:16:04Z"}],"last":"z"}`,
		`{"one":{"one":{"on":"2025-11-03T09:16:04.1234567+02:30"}},"one":{"last":"z"}}`, `{"notes":{"a":"1","a":null}}`,
		`{"on":"2025-11-03T09:16:04","flag":false}`, "{\"text\":\"\xff\",\"new\":[[]]}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var got, forgiven thing
		if pipeline.Decode(bytes.Clone(body), &got) != nil {
			return
		}
		_, members, _ := bytes.Cut(body, []byte("{"))
		odd := append([]byte(`{"text":{}`), members...)
		if bytes.TrimSpace(members)[0] != '}' {
			odd = append([]byte(`{"text":{},`), members...)
		}
		if err := pipeline.Decode(odd, &forgiven); err != nil {
			t.Fatal(err)
		}
		if want, err := json.Marshal(got); err == nil {
			if text, _ := json.Marshal(forgiven); !bytes.Equal(text, want) {
				t.Errorf("got %s, want %s", text, want)
			}
		}
	})
}

// FuzzTime checks that a date is decoded as package time parses it, and that the member after it is never lost.
func FuzzTime(f *testing.F) {
	for _, seed := range []string{
		"2025-11-03T09:16:04Z", "2025-11-03T09:16:04.1234567+02:30", "2025-11-03T09:16:04", "1/1/1970 12:00:00 AM +00:00", "", `\`, "\x00",
		"0000-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999999-12:00", "2025-02-30T00:00:00Z", "2016-12-31T23:59:60Z",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		var got thing
		if err := pipeline.Decode([]byte(`{"on":`+string(quoted)+`,"last":"z"}`), &got); err != nil || got.Last != "z" {
			t.Fatalf("decode: %v, %+v", err, got)
		}
		want, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			want, err = time.Parse(time.RFC3339Nano, text+"Z")
		}
		if err == nil && !got.On.Equal(want) {
			t.Errorf("got %v, want %v", got.On, want)
		}
	})
}
