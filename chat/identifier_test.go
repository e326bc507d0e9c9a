package chat_test

import (
	"encoding/json"
	"fmt"
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
)

var _ = Describe("Identifier", func() {
	user := chat.CommunicationUser{ID: "8:acs:a"}

	DescribeTable("received equals the value that a program creates, and is sent with the same raw id", api.OtherResponses(),
		func(ctx SpecContext, form string, want chat.Identifier) {
			id := received(ctx, form)
			Expect(id).To(BeIdenticalTo(want)) // that is: ==

			var came, went struct{ RawID *string }
			Expect(json.Unmarshal([]byte(form), &came)).To(Succeed())
			Expect(json.Unmarshal([]byte(sentForm(ctx, id)), &went)).To(Succeed())
			if came.RawID != nil && *came.RawID != "" {
				Expect(went.RawID).To(Equal(came.RawID))
			}
		},
		Entry("a user, as the service writes it", `{"rawId":"8:acs:a","communicationUser":{"id":"8:acs:a"}}`, user),
		Entry("a user, with its kind", `{"kind":"communicationUser","rawId":"8:acs:a","communicationUser":{"id":"8:acs:a"}}`, user),
		Entry("a user, as an old client sends", `{"communicationUser":{"id":"8:acs:a"}}`, user),
		Entry("a user, by raw id alone", `{"rawId":"8:acs:a"}`, user),
		Entry("a user, by raw id and kind", `{"kind":"communicationUser","rawId":"8:acs:a"}`, user),
		Entry("a user without a raw id's prefix", `{"rawId":"b","communicationUser":{"id":"b"}}`, chat.CommunicationUser{ID: "b"}),
		Entry("a user, empty inside", `{"rawId":"8:acs:a","communicationUser":{}}`, user),
		Entry("a user, null inside", `{"rawId":"8:acs:a","communicationUser":{"id":null}}`, user),
		Entry("a user, null instead", `{"rawId":"8:acs:a","communicationUser":null}`, user),
		Entry("a user, with null for the other kinds",
			`{"kind":null,"rawId":"8:acs:a","communicationUser":{"id":"8:acs:a"},"phoneNumber":null,"microsoftTeamsUser":null,`+
				`"microsoftTeamsApp":null,"teamsExtensionUser":null}`, user),
		Entry("a user, with null for its raw id", `{"rawId":null,"communicationUser":{"id":"8:acs:a"}}`, user),
		Entry("a user, with unknown members", `{"new":{"a":1},"rawId":"8:acs:a","communicationUser":{"id":"8:acs:a","b":[]}}`, user),
		Entry("a user, in other letter case", `{"RawID":"8:acs:a","COMMUNICATIONUSER":{"ID":"8:acs:a"}}`, user),
		Entry("a user, with the kind unknown", `{"kind":"unknown","rawId":"8:acs:a","communicationUser":{"id":"8:acs:a"}}`, user),
		Entry("a user, of an undefined kind", `{"kind":"robot","rawId":"8:acs:a","communicationUser":{"id":"8:acs:a"}}`, user),
		Entry("a user, with the kind of a phone number", `{"kind":"phoneNumber","rawId":"8:acs:a","communicationUser":{"id":"8:acs:a"}}`, user),
		Entry("a user and a phone number", `{"rawId":"8:acs:a","phoneNumber":{"value":"+1"},"communicationUser":{"id":"8:acs:a"}}`, user),

		Entry("a telephone", `{"rawId":"4:+1","phoneNumber":{"value":"+1"}}`, chat.PhoneNumber{Number: "+1"}),
		Entry("a telephone, with all of its members",
			`{"kind":"phoneNumber","rawId":"4:+1_9","phoneNumber":{"value":"+1_9","isAnonymous":false,"assertedId":"9"}}`,
			chat.PhoneNumber{Number: "+1_9"}),
		Entry("a telephone, withheld",
			`{"kind":"phoneNumber","rawId":"4:anonymous","phoneNumber":{"value":"anonymous","isAnonymous":true}}`,
			chat.PhoneNumber{Number: "anonymous"}),
		Entry("a telephone, without a raw id", `{"phoneNumber":{"value":"+1"}}`, chat.PhoneNumber{Number: "+1"}),
		Entry("a telephone, empty inside", `{"rawId":"4:+1","phoneNumber":{}}`, chat.PhoneNumber{Number: "+1"}),
		Entry("a telephone, null inside", `{"rawId":"4:+1","phoneNumber":{"value":null,"isAnonymous":null,"assertedId":null}}`,
			chat.PhoneNumber{Number: "+1"}),
		Entry("a telephone, the one of two that kind names",
			`{"kind":"phoneNumber","rawId":"4:+1","communicationUser":{"id":"8:acs:a"},"phoneNumber":{"value":"+1"}}`,
			chat.PhoneNumber{Number: "+1"}),

		Entry("a Teams user", `{"rawId":"8:orgid:u","microsoftTeamsUser":{"userId":"u","isAnonymous":false,"cloud":"public"}}`,
			chat.MicrosoftTeamsUser{UserID: "u"}),
		Entry("a Teams user, with its kind",
			`{"kind":"microsoftTeamsUser","rawId":"8:orgid:u","microsoftTeamsUser":{"userId":"u","isAnonymous":false,"cloud":"public"}}`,
			chat.MicrosoftTeamsUser{UserID: "u"}),
		Entry("a Teams user, without isAnonymous and cloud", `{"rawId":"8:orgid:u","microsoftTeamsUser":{"userId":"u"}}`,
			chat.MicrosoftTeamsUser{UserID: "u"}),
		Entry("a Teams user, with null for them", `{"rawId":"8:orgid:u","microsoftTeamsUser":{"userId":"u","isAnonymous":null,"cloud":null}}`,
			chat.MicrosoftTeamsUser{UserID: "u"}),
		Entry("a Teams user, whose cloud only the raw id tells", `{"rawId":"8:gcch:u","microsoftTeamsUser":{"userId":"u"}}`,
			chat.MicrosoftTeamsUser{UserID: "u", Cloud: chat.CloudGCCH}),
		Entry("a Teams user, in capital letters", `{"rawId":"8:orgid:u","microsoftTeamsUser":{"userId":"u","isAnonymous":false,"cloud":"PUBLIC"}}`,
			chat.MicrosoftTeamsUser{UserID: "u"}),
		Entry("a Teams user, in another cloud's capital letters", `{"rawId":"8:dod:u","microsoftTeamsUser":{"userId":"u","cloud":"DOD"}}`,
			chat.MicrosoftTeamsUser{UserID: "u", Cloud: chat.CloudDoD}),
		Entry("a Teams user, without a raw id", `{"microsoftTeamsUser":{"userId":"u","isAnonymous":false,"cloud":"dod"}}`,
			chat.MicrosoftTeamsUser{UserID: "u", Cloud: chat.CloudDoD}),
		Entry("a Teams user, empty inside", `{"rawId":"8:dod:u","microsoftTeamsUser":{}}`,
			chat.MicrosoftTeamsUser{UserID: "u", Cloud: chat.CloudDoD}),
		Entry("an anonymous Teams user", `{"rawId":"8:teamsvisitor:u","microsoftTeamsUser":{"userId":"u","isAnonymous":true,"cloud":"public"}}`,
			chat.MicrosoftTeamsUser{UserID: "u", IsAnonymous: true}),
		Entry("an anonymous Teams user, which only the raw id tells", `{"rawId":"8:teamsvisitor:u","microsoftTeamsUser":{"userId":"u"}}`,
			chat.MicrosoftTeamsUser{UserID: "u", IsAnonymous: true}),
		Entry("an anonymous Teams user, in another cloud",
			`{"rawId":"8:teamsvisitor:u","microsoftTeamsUser":{"userId":"u","isAnonymous":true,"cloud":"gcch"}}`,
			chat.MicrosoftTeamsUser{UserID: "u", IsAnonymous: true, Cloud: chat.CloudGCCH}),

		Entry("a Teams app", `{"kind":"microsoftTeamsApp","rawId":"28:orgid:a","microsoftTeamsApp":{"appId":"a","cloud":"public"}}`,
			chat.MicrosoftTeamsApp{AppID: "a"}),
		Entry("a Teams app, without a cloud", `{"rawId":"28:gcch:a","microsoftTeamsApp":{"appId":"a"}}`,
			chat.MicrosoftTeamsApp{AppID: "a", Cloud: chat.CloudGCCH}),
		Entry("a Teams app, without a raw id", `{"microsoftTeamsApp":{"appId":"a","cloud":"dod"}}`,
			chat.MicrosoftTeamsApp{AppID: "a", Cloud: chat.CloudDoD}),
		Entry("a Teams app, empty inside", `{"rawId":"28:dod:a","microsoftTeamsApp":{}}`,
			chat.MicrosoftTeamsApp{AppID: "a", Cloud: chat.CloudDoD}),

		Entry("an extension user",
			`{"kind":"teamsExtensionUser","rawId":"8:acs:r_t_u","teamsExtensionUser":{"userId":"u","tenantId":"t","resourceId":"r","cloud":"public"}}`,
			chat.TeamsExtensionUser{UserID: "u", TenantID: "t", ResourceID: "r"}),
		Entry("an extension user, without a kind or a cloud",
			`{"rawId":"8:dod-acs:r_t_u","teamsExtensionUser":{"userId":"u","tenantId":"t","resourceId":"r"}}`,
			chat.TeamsExtensionUser{UserID: "u", TenantID: "t", ResourceID: "r", Cloud: chat.CloudDoD}),
		Entry("an extension user, without a raw id",
			`{"teamsExtensionUser":{"userId":"u","tenantId":"t","resourceId":"r","cloud":"gcch"}}`,
			chat.TeamsExtensionUser{UserID: "u", TenantID: "t", ResourceID: "r", Cloud: chat.CloudGCCH}),
		Entry("an extension user, empty inside", `{"rawId":"8:acs:r_t_u","teamsExtensionUser":{}}`,
			chat.TeamsExtensionUser{UserID: "u", TenantID: "t", ResourceID: "r"}),

		Entry("an unknown one", `{"kind":"unknown","rawId":"99:x"}`, chat.UnknownIdentifier{ID: "99:x"}),
		Entry("an unknown one, without a kind", `{"rawId":"99:x"}`, chat.UnknownIdentifier{ID: "99:x"}),
		Entry("one of a new kind", `{"kind":"robot","rawId":"99:x","robot":{"id":"x"}}`, chat.UnknownIdentifier{ID: "99:x"}),
	)

	DescribeTable("is nil if the service identifies no one", api.OtherResponses(),
		func(ctx SpecContext, form string) {
			Expect(received(ctx, form)).To(BeNil())
		},
		Entry("without members", `{}`),
		Entry("with nothing but a kind", `{"kind":"communicationUser"}`),
		Entry("with an empty raw id", `{"rawId":""}`),
		Entry("with null for everything", `{"kind":null,"rawId":null,"communicationUser":null}`),
		Entry("null itself", `null`),
		Entry("a string instead", `"8:acs:a"`),
		Entry("an array instead", `[{"rawId":"8:acs:a"}]`),
	)

	It("differs for participants that differ only in their raw ids", func(ctx SpecContext) {
		one := received(ctx, `{"rawId":"4:+1_a","phoneNumber":{"value":"+1"}}`)
		other := received(ctx, `{"rawId":"4:+1_b","phoneNumber":{"value":"+1"}}`)
		Expect(one).NotTo(Equal(other))
		Expect(one).NotTo(Equal(chat.PhoneNumber{Number: "+1"}))
	})

	It("is what was sent even if the raw id lacks information, such as the cloud of an anonymous Teams user", func(ctx SpecContext) {
		guest := chat.MicrosoftTeamsUser{UserID: "u", IsAnonymous: true, Cloud: chat.CloudGCCH}
		back := received(ctx, sentForm(ctx, guest))
		Expect(back).To(BeIdenticalTo(guest))
		Expect(back.RawID()).To(Equal("8:teamsvisitor:u"))
		Expect(chat.ParseRawID(back.RawID())).To(Equal(chat.MicrosoftTeamsUser{UserID: "u", IsAnonymous: true}))
	})

	It("is a map key, received or created", func(ctx SpecContext) {
		names := map[chat.Identifier]string{
			user:                                 "a user",
			chat.PhoneNumber{Number: "+1"}:       "a telephone",
			chat.MicrosoftTeamsUser{UserID: "u"}: "a Teams user",
			chat.MicrosoftTeamsUser{UserID: "u", Cloud: chat.CloudDoD}:           "a Teams user elsewhere",
			chat.MicrosoftTeamsApp{AppID: "u"}:                                   "a Teams app",
			chat.TeamsExtensionUser{UserID: "u", TenantID: "t", ResourceID: "r"}: "an extension user",
			chat.UnknownIdentifier{ID: "u"}:                                      "an unknown one",
		}
		Expect(names).To(HaveLen(7))
		for id, name := range names {
			Expect(names[chat.ParseRawID(id.RawID())]).To(Equal(name))
			Expect(names[received(ctx, sentForm(ctx, id))]).To(Equal(name))
		}
	})

	It("has a kind for a type switch", func() {
		what := func(id chat.Identifier) string {
			switch id := id.(type) {
			case chat.CommunicationUser:
				return "user " + id.ID
			case chat.PhoneNumber:
				return "phone " + id.Number
			case chat.MicrosoftTeamsUser:
				return "Teams user " + id.UserID
			case chat.MicrosoftTeamsApp:
				return "Teams app " + id.AppID
			case chat.TeamsExtensionUser:
				return "extension user " + id.UserID
			case chat.UnknownIdentifier:
				return "unknown " + id.ID
			}
			return "none"
		}
		for rawID, want := range map[string]string{
			"8:acs:a": "user 8:acs:a", "4:+1": "phone +1", "8:orgid:u": "Teams user u", "28:orgid:a": "Teams app a",
			"8:acs:r_t_u": "extension user u", "99:x": "unknown 99:x",
		} {
			Expect(what(chat.ParseRawID(rawID))).To(Equal(want))
		}
	})

	DescribeTable("is refused as a pointer, before any request",
		func(ctx SpecContext, pointer chat.Identifier) {
			thread, wire := threadOf(reply(http.StatusCreated, `{}`))

			reason := fmt.Sprintf("is a %T: pass an identifier of this package by value", pointer)

			err := thread.RemoveParticipant(ctx, pointer)
			Expect(err).To(Equal(&chat.ArgumentError{Name: "identifier", Reason: reason}))

			_, err = thread.AddParticipants(ctx, []chat.Participant{{Identifier: user}, {Identifier: pointer}})
			Expect(err).To(Equal(&chat.ArgumentError{Name: "participants[1]", Reason: reason}))

			Expect(wire.Requests()).To(BeEmpty())
		},
		Entry("to a user", &chat.CommunicationUser{ID: "8:acs:a"}),
		Entry("to a phone number", &chat.PhoneNumber{Number: "+1"}),
		Entry("to a Teams user", &chat.MicrosoftTeamsUser{UserID: "u"}),
		Entry("to a Teams app", &chat.MicrosoftTeamsApp{AppID: "a"}),
		Entry("to an extension user", &chat.TeamsExtensionUser{UserID: "u"}),
		Entry("to an unknown one", &chat.UnknownIdentifier{ID: "99:x"}),
		Entry("that is nil, of a user", (*chat.CommunicationUser)(nil)),
		Entry("that is nil, of a phone number", (*chat.PhoneNumber)(nil)),
		Entry("that is nil, of a Teams user", (*chat.MicrosoftTeamsUser)(nil)),
		Entry("that is nil, of a Teams app", (*chat.MicrosoftTeamsApp)(nil)),
		Entry("that is nil, of an extension user", (*chat.TeamsExtensionUser)(nil)),
		Entry("that is nil, of an unknown one", (*chat.UnknownIdentifier)(nil)),
	)
})
