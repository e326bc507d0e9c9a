package chat_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

// Pages with every member, of the four listings.
const (
	nextLink = `"nextLink":"https://contoso.communication.azure.com/chat/next?syncState=a&startTime=1%2F1%2F1970"`

	threadsPage = `{"value":[` +
		`{"id":"RELEASE","topic":"Release 4.2","deletedOn":"2025-11-03T08:59:12Z","lastMessageReceivedOn":"2025-11-03T09:18:20Z"},` +
		`{"id":"NOTES","topic":"Notes","lastMessageReceivedOn":"2025-11-03T09:17:40Z"}],` + nextLink + `}`

	receiptsPage = `{"value":[` +
		`{"senderCommunicationIdentifier":«ana»,"chatMessageId":"1762161609902","readOn":"2025-11-03T09:27:11Z"},` +
		`{"senderCommunicationIdentifier":⟨bo⟩,"chatMessageId":"1762161601337","readOn":"2025-11-03T09:27:08Z"}],` + nextLink + `}`

	everyKind = `{"communicationIdentifier":«ana»,"displayName":"Ana","shareHistoryTime":"1970-01-01T00:00:00Z","metadata":{"role":"lead","x":"y"}},` +
		`{"communicationIdentifier":{"kind":"phoneNumber","rawId":"4:+1","phoneNumber":{"value":"+1","isAnonymous":false,"assertedId":""}},"displayName":"A telephone"},` +
		`{"communicationIdentifier":{"rawId":"8:dod:u","microsoftTeamsUser":{"userId":"u","isAnonymous":false,"cloud":"dod"}},"displayName":"Edda"},` +
		`{"communicationIdentifier":{"rawId":"28:gcch:a","microsoftTeamsApp":{"appId":"a","cloud":"gcch"}},"displayName":"A bot"},` +
		`{"communicationIdentifier":{"rawId":"8:acs:r_t_u","teamsExtensionUser":{"userId":"u","tenantId":"t","resourceId":"r","cloud":"public"}}},` +
		`{"communicationIdentifier":{"kind":"unknown","rawId":"99:x"},"displayName":"Sam"}`

	participantsPage = `{"value":[` + everyKind + `],` + nextLink + `}`

	messagesPage = `{"value":[` +
		`{"id":"3","type":"html","sequenceId":"3","version":"5","content":{"message":"<b>Thanks</b>","attachments":[{"id":"0-eus-d1","attachmentType":"image",` +
		`"name":"graph.png","url":"https://contoso/original","previewUrl":"https://contoso/small"},{"id":"f","attachmentType":"file"}]},` +
		`"senderDisplayName":"Ana","createdOn":"2025-11-03T09:20:01Z","senderCommunicationIdentifier":«ana»,"editedOn":"2025-11-03T09:21:30Z",` +
		`"deletedOn":"2025-11-03T09:22:05Z","metadata":{"tags":"doc"}},` +
		`{"id":"2","type":"topicUpdated","sequenceId":"2","version":"2","content":{"topic":"Release 4.2","initiatorCommunicationIdentifier":⟨ana⟩},` +
		`"createdOn":"2025-11-03T09:18:20Z"},` +
		`{"id":"1","type":"participantAdded","sequenceId":"1","version":"1","content":{"participants":[` + everyKind + `],` +
		`"initiatorCommunicationIdentifier":⟨bo⟩},"createdOn":"2025-11-03T09:16:04Z"}],` + nextLink + `}`
)

// reader reads the first page of one of the listings from a body, with its items in an any each.
type reader func(ctx SpecContext, body string) (chat.Page[any], error)

func readerOf[T any](list func(*chat.Client) *chat.Pager[T]) reader {
	return func(ctx SpecContext, body string) (chat.Page[any], error) {
		service := &canned{body: []byte(body)}
		for page, err := range list(service.client(GinkgoTB())).Pages(ctx) {
			items := make([]any, len(page.Items))
			for i, item := range page.Items {
				items[i] = item
			}
			return chat.Page[any]{Items: items, ContinuationToken: page.ContinuationToken, Last: page.Last}, err
		}
		return chat.Page[any]{}, nil
	}
}

var (
	listThreads      = readerOf(func(c *chat.Client) *chat.Pager[chat.ThreadItem] { return c.ListThreads(nil) })
	listMessages     = readerOf(func(c *chat.Client) *chat.Pager[chat.Message] { return c.ThreadClient(testThread).ListMessages(nil) })
	listParticipants = readerOf(func(c *chat.Client) *chat.Pager[chat.Participant] {
		return c.ThreadClient(testThread).ListParticipants(nil)
	})
	listReadReceipts = readerOf(func(c *chat.Client) *chat.Pager[chat.ReadReceipt] {
		return c.ThreadClient(testThread).ListReadReceipts(nil)
	})
)

var _ = Describe("A page", func() {
	eachListing := func(text string, hold func(ctx SpecContext, read reader, page string, want chat.Page[any])) {
		DescribeTable(text,
			func(ctx SpecContext, read reader, page string, items int) {
				page = live.Replace(page)
				want, err := read(ctx, page)
				Expect(err).NotTo(HaveOccurred())
				Expect(want.Items).To(HaveLen(items))
				Expect(want.ContinuationToken).To(Equal("/chat/next?syncState=a&startTime=1%2F1%2F1970"))
				hold(ctx, read, page, want)
			},
			Entry("of threads", listThreads, threadsPage, 2),
			Entry("of messages", listMessages, messagesPage, 3),
			Entry("of participants", listParticipants, participantsPage, 6),
			Entry("of read receipts", listReadReceipts, receiptsPage, 2),
		)
	}

	eachListing("keeps everything but a malformed member of an item, which is treated as absent",
		func(ctx SpecContext, read reader, page string, want chat.Page[any]) {
			root := tree(page)
			for _, place := range places(root, "") {
				if place.path == "/value" || place.path == "/nextLink" {
					continue // without these the page is misunderstood
				}
				place.remove()
				without, err := read(ctx, plain(root))
				place.restore()
				Expect(err).NotTo(HaveOccurred(), place.path)

				for _, other := range []any{nil, 1, "x", []any{}, map[string]any{}, true} {
					place.set(other)
					got, err := read(ctx, plain(root))
					place.restore()
					about := fmt.Sprintf("%s = %v", place.path, other)
					Expect(err).NotTo(HaveOccurred(), about)

					if got.ContinuationToken != want.ContinuationToken {
						Fail("the link is lost: " + about)
					}
					if reflect.TypeOf(other) != reflect.TypeOf(place.value) && !reflect.DeepEqual(got, without) {
						Expect(got).To(Equal(without), about)
					}
					if strings.HasPrefix(place.path, "/value/") {
						Expect(got.Items).To(HaveLen(len(want.Items)), about)
						for i, item := range got.Items {
							if !strings.HasPrefix(place.path+"/", fmt.Sprintf("/value/%d/", i)) && !reflect.DeepEqual(item, want.Items[i]) {
								Expect(item).To(Equal(want.Items[i]), about)
							}
						}
					}
				}
			}
			Expect(read(ctx, plain(root))).To(Equal(want)) // everything was put back
		})

	eachListing("is the same however its members are written",
		func(ctx SpecContext, read reader, page string, want chat.Page[any]) {
			for how, write := range map[string]func(name, value string) []string{
				"as they are":        func(name, value string) []string { return []string{name + ":" + value} },
				"over lines":         func(name, value string) []string { return []string{"\r\n  " + name + " :\t" + value + "\r\n"} },
				"twice":              func(name, value string) []string { return []string{name + ":" + value, name + ":" + value} },
				"after other values": func(name, value string) []string { return []string{name + ":1", name + ":null", name + ":" + value} },
				"in capital letters": func(name, value string) []string { return []string{strings.ToUpper(name) + ":" + value} },
				"in small letters":   func(name, value string) []string { return []string{strings.ToLower(name) + ":" + value} },
				"with escaped names": func(name, value string) []string { return []string{escaped(name) + ":" + value} },
				"among unknown ones": func(name, value string) []string {
					return []string{`"new":{"a":[{}]}`, name + ":" + value, `"":[null]`}
				},
			} {
				got, err := read(ctx, written(tree(page), write))
				Expect(err).NotTo(HaveOccurred(), how)
				for i := range got.Items {
					got.Items[i] = withoutUnknown(got.Items[i])
				}
				Expect(got).To(Equal(want), how)
			}
		})

	eachListing("is the same with a byte order mark and white space around it",
		func(ctx SpecContext, read reader, page string, want chat.Page[any]) {
			Expect(read(ctx, "\ufeff\r\n"+page+"\r\n")).To(Equal(want))
		})

	eachListing("is an error if it is truncated",
		func(ctx SpecContext, read reader, page string, _ chat.Page[any]) {
			for _, end := range []int{1, len(page) / 3, len(page) / 2, len(page) - 1} {
				got, err := read(ctx, page[:end])
				Expect(err).To(MatchError(ContainSubstring("not JSON")))
				Expect(got.Items).To(BeEmpty())
			}
		})

	DescribeTable("keeps a message with invalid text",
		func(ctx SpecContext, text, want string) {
			page, err := listMessages(ctx, `{"value":[{"id":"2","content":{"message":"`+text+`"}},{"id":"1"}]}`)
			Expect(err).NotTo(HaveOccurred())
			Expect(page.Items).To(Equal([]any{chat.Message{ID: "2", Content: chat.MessageContent{Message: want}}, chat.Message{ID: "1"}}))
		},
		Entry("half a surrogate pair", `a\ud83d`, "a\uFFFD"),
		Entry("the halves in the wrong order", `\udc4b\ud83d`, "\uFFFD\uFFFD"),
		Entry("a whole pair", `\ud83d\udc4b`, "👋"),
		Entry("invalid UTF-8", "a\xffb", "a\uFFFDb"),
	)

	DescribeTable("keeps a message with any dates",
		func(ctx SpecContext, date string, want time.Time) {
			page, err := listMessages(ctx, `{"value":[{"createdOn":"`+date+`","id":"2","editedOn":"`+date+`","deletedOn":"`+date+`","version":"3"},{"id":"1"}]}`)
			Expect(err).NotTo(HaveOccurred())
			Expect(page.Items).To(Equal([]any{
				chat.Message{ID: "2", Version: "3", CreatedOn: want, EditedOn: want, DeletedOn: want}, chat.Message{ID: "1"},
			}))
		},
		Entry("in whole seconds", "2025-11-03T09:20:01Z", on(9, 20, 1)),
		Entry("with 1 digit", "2025-11-03T09:20:01.1Z", on(9, 20, 1).Add(100*time.Millisecond)),
		Entry("with 3 digits", "2025-11-03T09:20:01.123Z", on(9, 20, 1).Add(123*time.Millisecond)),
		Entry("with 7 digits and an offset", "2025-11-03T11:20:01.1234567+02:00", on(9, 20, 1).Add(123456700)),
		Entry("with 9 digits", "2025-11-03T09:20:01.123456789Z", on(9, 20, 1).Add(123456789)),
		Entry("without an offset", "2025-11-03T09:20:01", on(9, 20, 1)),
		Entry("nonsense", "yesterday", time.Time{}),
		Entry("nothing", "", time.Time{}),
	)
})

// withoutUnknown removes the unknown members of a message.
func withoutUnknown(item any) any {
	m, ok := item.(chat.Message)
	if !ok {
		return item
	}
	m.Unknown, m.Content.Unknown = nil, nil
	for i := range m.Content.Attachments {
		m.Content.Attachments[i].Unknown = nil
	}
	return m
}

func tree(body string) any {
	GinkgoHelper()
	var root any
	Expect(json.Unmarshal([]byte(body), &root)).To(Succeed())
	return root
}

// place is a member of an object or an array in a tree.
type place struct {
	path   string
	value  any
	set    func(any)
	remove func() // from an object; what is left of an item of an array is null, and of a pair of metadata an empty text
}

func (p place) restore() { p.set(p.value) }

func places(node any, path string) []place {
	var found []place
	switch node := node.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(node)) {
			here, remove := path+"/"+name, func() { delete(node, name) }
			if strings.HasSuffix(path, "/metadata") {
				remove = func() { node[name] = "" }
			}
			found = append(found, place{here, node[name], func(v any) { node[name] = v }, remove})
			found = append(found, places(node[name], here)...)
		}
	case []any:
		for i, item := range node {
			here := fmt.Sprintf("%s/%d", path, i)
			found = append(found, place{here, item, func(v any) { node[i] = v }, func() { node[i] = nil }})
			found = append(found, places(item, here)...)
		}
	}
	return found
}

func plain(node any) string {
	GinkgoHelper()
	body, err := json.Marshal(node)
	Expect(err).NotTo(HaveOccurred())
	return string(body)
}

// written is a tree as JSON, with the members of its objects, but not the pairs of metadata, as member writes them.
func written(node any, member func(name, value string) []string) string {
	switch node := node.(type) {
	case map[string]any:
		var members []string
		for _, name := range slices.Sorted(maps.Keys(node)) {
			value := plain(node[name])
			if name != "metadata" {
				value = written(node[name], member)
			}
			members = append(members, member(`"`+name+`"`, value)...)
		}
		return "{" + strings.Join(members, ",") + "}"
	case []any:
		var items []string
		for _, item := range node {
			items = append(items, written(item, member))
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	return plain(node)
}

// escaped is a quoted ASCII text with every letter escaped.
func escaped(quoted string) string {
	var b strings.Builder
	for _, c := range strings.Trim(quoted, `"`) {
		fmt.Fprintf(&b, `\u%04x`, c)
	}
	return `"` + b.String() + `"`
}
