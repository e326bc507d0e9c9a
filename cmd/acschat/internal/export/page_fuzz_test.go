package export_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/export"
)

// FuzzPage checks that a page has an article for each line of the messages and no elements or attributes but its own, or that a line that is not
// JSON, and one without an end, is an error. A message is missing in the messages of a page if and only if no article has its id.
func FuzzPage(f *testing.F) {
	const messages = `{"id":"2","type":"html","content":{"message":"<b onclick=x>hi</b><script>y</script>"},"senderDisplayName":"<i>Ana"}` + "\n" +
		`{"id":"1\"><img src=x>","type":"topicUpdated","content":{"topic":"<!--"},"createdOn":"2026-11-03T09:20:02Z"}` + "\n"
	for _, seed := range []string{
		"", messages, "{}\n", "null\n", "\n", "{}", "[]\n", `{"id":1e999,"type":"participantAdded","content":{"participants":[{"displayName":"</p>"}]}}` + "\n",
		`{"id":"-","content":{"message":"\u2028\u0000","attachments":[{"attachmentType":"</article>","name":"<p"}]},"deletedOn":"9999-12-31T23:59:59-14:00"}` + "\n",
	} {
		f.Add(seed, `{"communicationIdentifier":{"rawId":"8:acs:a"},"displayName":"<b>Ana"}`+"\n", `{"id":"</dd>","topic":"</title><script>"}`+"\n", "")
	}
	f.Add("", "{\n", "", "")
	f.Add("{}\n", "null\n", "{}\n{}\n", `{"chatMessageId":"<p>","readOn":"soon"}`+"\n")
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, messages, participants, thread, receipts string) {
		for name, text := range map[string]string{
			"messages.jsonl": messages, "participants.jsonl": participants, "thread.jsonl": thread, "receipts.jsonl": receipts,
		} {
			file := filepath.Join(dir, name)
			_ = os.Remove(file) // much faster than to truncate it on some file systems
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		file, err := export.WritePage(dir)
		every := func(valid func(line string) bool) bool {
			return !slices.ContainsFunc([]string{messages, participants, thread, receipts}, func(text string) bool { return !areLines(text, valid) })
		}
		if err != nil {
			isObject := func(line string) bool {
				var object *struct {
					ID string `json:"id"`
				}
				return json.Unmarshal([]byte(line), &object) == nil && object != nil
			}
			if every(isObject) {
				t.Errorf("objects are refused: %v", err)
			}
			return
		}
		page, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !every(func(line string) bool { return json.Valid([]byte(line)) }) {
			t.Errorf("lines that are not JSON are written as %q", page)
		}
		missing, err := export.Missing(filepath.Join(dir, "messages.jsonl"), "1", "2")
		for _, id := range []string{"1", "2"} {
			if err != nil || slices.Contains(missing, id) == bytes.Contains(page, []byte(`<article id="m`+id+`">`)) {
				t.Errorf("%q: missing are %q, %v", messages, missing, err)
			}
		}
		tags, attributes := elements(string(page))
		articles := tags["article"]
		for _, own := range []string{
			"html", "head", "meta", "title", "style", "body", "h1", "h2", "dl", "dt", "dd", "bdi", "article", "header", "b", "p",
		} {
			delete(tags, own)
		}
		for _, own := range []string{"lang", "charset", "http-equiv", "name", "content", "id", "class", "dir"} {
			attributes = slices.DeleteFunc(attributes, func(a string) bool { return a == own })
		}
		if articles != strings.Count(messages, "\n") || len(tags) > 0 || len(attributes) > 0 {
			t.Errorf("%d articles, elements %v, attributes %q:\n%s", articles, tags, attributes, page)
		}
	})
}

// areLines reports whether a text consists of valid lines, each with its end.
func areLines(text string, valid func(line string) bool) bool {
	for text != "" {
		line, rest, ended := strings.Cut(text, "\n")
		if !ended || !valid(line) {
			return false
		}
		text = rest
	}
	return true
}
