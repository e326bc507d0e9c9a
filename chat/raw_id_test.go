package chat_test

import (
	"net/http"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

// The wire form of each kind: R stands for the raw id.
const (
	onlyRawID = `{"rawId":"R"}`
	asUser    = `{"rawId":"R","communicationUser":{"id":"R"}}`
)

func asPhone(number string) string {
	return `{"rawId":"R","phoneNumber":{"value":"` + number + `"}}`
}

func asTeamsUser(id, anonymous, cloud string) string {
	return `{"rawId":"R","microsoftTeamsUser":{"userId":"` + id + `","isAnonymous":` + anonymous + `,"cloud":"` + cloud + `"}}`
}

func asTeamsApp(id, cloud string) string {
	return `{"rawId":"R","microsoftTeamsApp":{"appId":"` + id + `","cloud":"` + cloud + `"}}`
}

// sentForm is the body of a request that carries an identifier.
func sentForm(ctx SpecContext, id chat.Identifier) string {
	GinkgoHelper()
	thread, wire := threadOf(reply(http.StatusNoContent, ""))
	Expect(thread.RemoveParticipant(ctx, id)).To(Succeed())
	return wire.Requests()[0].Body
}

// received is the identifier of a participant whose JSON the service sends.
func received(ctx SpecContext, form string) chat.Identifier {
	GinkgoHelper()
	thread, _ := threadOf(reply(http.StatusOK, `{"value":[{"communicationIdentifier":`+form+`,"displayName":"Ana"}]}`))
	participants, err := thread.ListParticipants(nil).Collect(ctx, 0)
	Expect(err).NotTo(HaveOccurred())
	Expect(participants).To(HaveLen(1))
	Expect(participants[0].DisplayName).To(Equal("Ana"))
	return participants[0].Identifier
}

var _ = Describe("ParseRawID", func() {
	const (
		user      = "8:acs:bbbcbc1e-9f06-482a-b5d8-20e3f26ef0cd_45ab2481-1c1c-4005-be24-0ffb879b1130"
		guid      = "207ffef6-9444-41fb-92ab-20eacaae2768"
		twoGUIDs  = guid + "_" + guid
		plusGUID  = "+112345556789_" + guid
		bareAppID = "28:01234567-89ab-cdef-0123-456789abcdef"
	)
	unsent := []string{"", "4:", "8:acs:__", "8:orgid:", "8:teamsvisitor:"} // which no method sends

	DescribeTable("reads a raw id, writes it back, and equals what the service sends",
		func(ctx SpecContext, rawID string, kind chat.IdentifierKind, want chat.Identifier, form string) {
			form = strings.ReplaceAll(form, "R", rawID)

			id := chat.ParseRawID(rawID)
			Expect(id).To(Equal(want))
			Expect(id.Kind()).To(Equal(kind))
			Expect(id.RawID()).To(Equal(rawID))

			Expect(chat.WireForm(id)).To(Equal(form))
			if !slices.Contains(unsent, rawID) {
				Expect(sentForm(ctx, id)).To(Equal(form))
			}
			if rawID == "" {
				Expect(received(ctx, form)).To(BeNil())
				return
			}
			Expect(received(ctx, form)).To(Equal(want))
			Expect(received(ctx, `{"rawId":"`+rawID+`"}`)).To(Equal(want))
		},
		Entry("1", user, chat.IdentifierKindCommunicationUser, chat.CommunicationUser{ID: user}, asUser),
		Entry("2", "8:acs:a", chat.IdentifierKindCommunicationUser, chat.CommunicationUser{ID: "8:acs:a"}, asUser),
		Entry("3", "8:acs:", chat.IdentifierKindCommunicationUser, chat.CommunicationUser{ID: "8:acs:"}, asUser),
		Entry("4", "8:acs:a_b", chat.IdentifierKindCommunicationUser, chat.CommunicationUser{ID: "8:acs:a_b"}, asUser),
		Entry("5", "8:acs:a_b_c", chat.IdentifierKindTeamsExtensionUser,
			chat.TeamsExtensionUser{ResourceID: "a", TenantID: "b", UserID: "c"}, onlyRawID),
		Entry("6", "8:acs:a_b_c_d", chat.IdentifierKindCommunicationUser, chat.CommunicationUser{ID: "8:acs:a_b_c_d"}, asUser),
		Entry("7", "8:acs:a__c", chat.IdentifierKindTeamsExtensionUser, chat.TeamsExtensionUser{ResourceID: "a", UserID: "c"}, onlyRawID),
		Entry("8", "8:acs:__", chat.IdentifierKindTeamsExtensionUser, chat.TeamsExtensionUser{}, onlyRawID),
		Entry("9", "8:acs:a:b", chat.IdentifierKindUnknown, chat.UnknownIdentifier{ID: "8:acs:a:b"}, onlyRawID),
		Entry("10", "8:dod-acs:x", chat.IdentifierKindCommunicationUser, chat.CommunicationUser{ID: "8:dod-acs:x"}, asUser),
		Entry("11", "8:dod-acs:a_b_c", chat.IdentifierKindTeamsExtensionUser,
			chat.TeamsExtensionUser{ResourceID: "a", TenantID: "b", UserID: "c", Cloud: chat.CloudDoD}, onlyRawID),
		Entry("12", "8:gcch-acs:x", chat.IdentifierKindCommunicationUser, chat.CommunicationUser{ID: "8:gcch-acs:x"}, asUser),
		Entry("13", "8:gcch-acs:a_b_c", chat.IdentifierKindTeamsExtensionUser,
			chat.TeamsExtensionUser{ResourceID: "a", TenantID: "b", UserID: "c", Cloud: chat.CloudGCCH}, onlyRawID),
		Entry("14", "8:gcch-acs:segment4:x", chat.IdentifierKindUnknown, chat.UnknownIdentifier{ID: "8:gcch-acs:segment4:x"}, onlyRawID),
		Entry("15", "8:spool:x", chat.IdentifierKindCommunicationUser, chat.CommunicationUser{ID: "8:spool:x"}, asUser),
		Entry("16", "8:spool:a_b_c", chat.IdentifierKindCommunicationUser, chat.CommunicationUser{ID: "8:spool:a_b_c"}, asUser),
		Entry("17", "8:orgid:u", chat.IdentifierKindMicrosoftTeamsUser,
			chat.MicrosoftTeamsUser{UserID: "u"}, asTeamsUser("u", "false", "public")),
		Entry("18", "8:orgid:", chat.IdentifierKindMicrosoftTeamsUser, chat.MicrosoftTeamsUser{}, asTeamsUser("", "false", "public")),
		Entry("19", "8:orgid:u:v", chat.IdentifierKindUnknown, chat.UnknownIdentifier{ID: "8:orgid:u:v"}, onlyRawID),
		Entry("20", "8:orgid:x:", chat.IdentifierKindUnknown, chat.UnknownIdentifier{ID: "8:orgid:x:"}, onlyRawID),
		Entry("21", "8:dod:u", chat.IdentifierKindMicrosoftTeamsUser,
			chat.MicrosoftTeamsUser{UserID: "u", Cloud: chat.CloudDoD}, asTeamsUser("u", "false", "dod")),
		Entry("22", "8:gcch:u", chat.IdentifierKindMicrosoftTeamsUser,
			chat.MicrosoftTeamsUser{UserID: "u", Cloud: chat.CloudGCCH}, asTeamsUser("u", "false", "gcch")),
		Entry("23", "8:teamsvisitor:u", chat.IdentifierKindMicrosoftTeamsUser,
			chat.MicrosoftTeamsUser{UserID: "u", IsAnonymous: true}, asTeamsUser("u", "true", "public")),
		Entry("24", "8:teamsvisitor:", chat.IdentifierKindMicrosoftTeamsUser,
			chat.MicrosoftTeamsUser{IsAnonymous: true}, asTeamsUser("", "true", "public")),
		Entry("25", "28:orgid:a", chat.IdentifierKindMicrosoftTeamsApp, chat.MicrosoftTeamsApp{AppID: "a"}, asTeamsApp("a", "public")),
		Entry("26", "28:dod:a", chat.IdentifierKindMicrosoftTeamsApp,
			chat.MicrosoftTeamsApp{AppID: "a", Cloud: chat.CloudDoD}, asTeamsApp("a", "dod")),
		Entry("27", "28:gcch:a", chat.IdentifierKindMicrosoftTeamsApp,
			chat.MicrosoftTeamsApp{AppID: "a", Cloud: chat.CloudGCCH}, asTeamsApp("a", "gcch")),
		Entry("28", bareAppID, chat.IdentifierKindUnknown, chat.UnknownIdentifier{ID: bareAppID}, onlyRawID),
		Entry("29", "28:gcch-global:a", chat.IdentifierKindUnknown, chat.UnknownIdentifier{ID: "28:gcch-global:a"}, onlyRawID),
		Entry("30", "28:dod-global:a", chat.IdentifierKindUnknown, chat.UnknownIdentifier{ID: "28:dod-global:a"}, onlyRawID),
		Entry("31", "28:ag08-global:a", chat.IdentifierKindUnknown, chat.UnknownIdentifier{ID: "28:ag08-global:a"}, onlyRawID),
		Entry("31", "28:gal-global:a", chat.IdentifierKindUnknown, chat.UnknownIdentifier{ID: "28:gal-global:a"}, onlyRawID),
		Entry("32", "28:", chat.IdentifierKindUnknown, chat.UnknownIdentifier{ID: "28:"}, onlyRawID),
		Entry("33", "48:x", chat.IdentifierKindUnknown, chat.UnknownIdentifier{ID: "48:x"}, onlyRawID),
		Entry("34", "4:112345556789", chat.IdentifierKindPhoneNumber, chat.PhoneNumber{Number: "112345556789"}, asPhone("112345556789")),
		Entry("35", "4:+112345556789", chat.IdentifierKindPhoneNumber, chat.PhoneNumber{Number: "+112345556789"}, asPhone("+112345556789")),
		Entry("36", "4:"+guid, chat.IdentifierKindPhoneNumber, chat.PhoneNumber{Number: guid}, asPhone(guid)),
		Entry("37", "4:"+twoGUIDs, chat.IdentifierKindPhoneNumber, chat.PhoneNumber{Number: twoGUIDs}, asPhone(twoGUIDs)),
		Entry("38", "4:"+plusGUID, chat.IdentifierKindPhoneNumber, chat.PhoneNumber{Number: plusGUID}, asPhone(plusGUID)),
		Entry("39", "4:207_", chat.IdentifierKindPhoneNumber, chat.PhoneNumber{Number: "207_"}, asPhone("207_")),
		Entry("40", "4:+1_207_123", chat.IdentifierKindPhoneNumber, chat.PhoneNumber{Number: "+1_207_123"}, asPhone("+1_207_123")),
		Entry("41", "4:_123", chat.IdentifierKindPhoneNumber, chat.PhoneNumber{Number: "_123"}, asPhone("_123")),
		Entry("42", "4:anonymous", chat.IdentifierKindPhoneNumber, chat.PhoneNumber{Number: "anonymous"}, asPhone("anonymous")),
		Entry("43", "4:anonymous_123", chat.IdentifierKindPhoneNumber, chat.PhoneNumber{Number: "anonymous_123"}, asPhone("anonymous_123")),
		Entry("44", "4:_anonymous", chat.IdentifierKindPhoneNumber, chat.PhoneNumber{Number: "_anonymous"}, asPhone("_anonymous")),
		Entry("45", "4:14255550121.123", chat.IdentifierKindPhoneNumber, chat.PhoneNumber{Number: "14255550121.123"}, asPhone("14255550121.123")),
		Entry("45", "4:14255550121-123", chat.IdentifierKindPhoneNumber, chat.PhoneNumber{Number: "14255550121-123"}, asPhone("14255550121-123")),
		Entry("46", "4:", chat.IdentifierKindPhoneNumber, chat.PhoneNumber{}, asPhone("")),
		Entry("47", "4:+1:2", chat.IdentifierKindPhoneNumber, chat.PhoneNumber{Number: "+1:2"}, asPhone("+1:2")),
		Entry("48", "4", chat.IdentifierKindUnknown, chat.UnknownIdentifier{ID: "4"}, onlyRawID),
		Entry("49", "8:acs", chat.IdentifierKindUnknown, chat.UnknownIdentifier{ID: "8:acs"}, onlyRawID),
		Entry("50", "8:", chat.IdentifierKindUnknown, chat.UnknownIdentifier{ID: "8:"}, onlyRawID),
		Entry("51", "8:ACS:x", chat.IdentifierKindUnknown, chat.UnknownIdentifier{ID: "8:ACS:x"}, onlyRawID),
		Entry("51", "8:Orgid:x", chat.IdentifierKindUnknown, chat.UnknownIdentifier{ID: "8:Orgid:x"}, onlyRawID),
		Entry("52", "9:acs:x", chat.IdentifierKindUnknown, chat.UnknownIdentifier{ID: "9:acs:x"}, onlyRawID),
		Entry("52", "gid:uuid", chat.IdentifierKindUnknown, chat.UnknownIdentifier{ID: "gid:uuid"}, onlyRawID),
		Entry("52", "8:echo123", chat.IdentifierKindUnknown, chat.UnknownIdentifier{ID: "8:echo123"}, onlyRawID),
		Entry("53", "  8:acs:x", chat.IdentifierKindUnknown, chat.UnknownIdentifier{ID: "  8:acs:x"}, onlyRawID),
		Entry("54", "", chat.IdentifierKindUnknown, chat.UnknownIdentifier{}, onlyRawID),
	)

	DescribeTable("reads from a phone number whether it is withheld, and its asserted id",
		func(number string, anonymous bool, assertedID string) {
			phone, ok := chat.ParseRawID("4:" + number).(chat.PhoneNumber)
			Expect(ok).To(BeTrue())
			Expect(phone.IsAnonymous()).To(Equal(anonymous))
			Expect(phone.AssertedID()).To(Equal(assertedID))
		},
		Entry("34", "112345556789", false, ""),
		Entry("35", "+112345556789", false, ""),
		Entry("36", guid, false, ""),
		Entry("37", twoGUIDs, false, guid),
		Entry("38", plusGUID, false, guid),
		Entry("39", "207_", false, ""),
		Entry("40", "+1_207_123", false, "123"),
		Entry("41", "_123", false, "123"),
		Entry("42", "anonymous", true, ""),
		Entry("43", "anonymous_123", false, "123"),
		Entry("44", "_anonymous", false, "anonymous"),
		Entry("45", "14255550121.123", false, ""),
		Entry("45", "14255550121-123", false, ""),
		Entry("46", "", false, ""),
		Entry("47", "+1:2", false, ""),
	)
})

var _ = Describe("RawID", func() {
	DescribeTable("is computed from the fields, which are sent unchanged",
		func(ctx SpecContext, id chat.Identifier, rawID, form string) {
			Expect(id.RawID()).To(Equal(rawID))
			Expect(sentForm(ctx, id)).To(Equal(strings.ReplaceAll(form, "R", rawID)))
		},
		Entry("of a phone number", chat.PhoneNumber{Number: "+1"}, "4:+1", asPhone("+1")),
		Entry("of a Teams user in another cloud", chat.MicrosoftTeamsUser{UserID: "u", Cloud: chat.CloudDoD},
			"8:dod:u", asTeamsUser("u", "false", "dod")),
		Entry("of an anonymous Teams user, whose cloud is not in it",
			chat.MicrosoftTeamsUser{UserID: "u", IsAnonymous: true, Cloud: chat.CloudGCCH}, "8:teamsvisitor:u", asTeamsUser("u", "true", "gcch")),
		Entry("of a Teams user in an unknown cloud, as in the public one", chat.MicrosoftTeamsUser{UserID: "u", Cloud: "moon"},
			"8:orgid:u", asTeamsUser("u", "false", "moon")),
		Entry("of a Teams app", chat.MicrosoftTeamsApp{AppID: "a", Cloud: chat.CloudGCCH}, "28:gcch:a", asTeamsApp("a", "gcch")),
		Entry("of an extension user", chat.TeamsExtensionUser{UserID: "u", TenantID: "t", ResourceID: "r"}, "8:acs:r_t_u", onlyRawID),
		Entry("of an extension user in another cloud",
			chat.TeamsExtensionUser{UserID: "u", TenantID: "t", ResourceID: "r", Cloud: chat.CloudDoD}, "8:dod-acs:r_t_u", onlyRawID),
		Entry("of a user with an id of another form", chat.CommunicationUser{ID: "someFutureFormat"}, "someFutureFormat", asUser),
		Entry("of an unknown one", chat.UnknownIdentifier{ID: "99:x"}, "99:x", onlyRawID),
	)

	DescribeTable("is that of the service if it differs from the fields",
		func(ctx SpecContext, form, rawID string) {
			id := received(ctx, form)
			Expect(id.RawID()).To(Equal(rawID))
			Expect(sentForm(ctx, id)).To(Equal(form))
		},
		Entry("of a user", `{"rawId":"8:x","communicationUser":{"id":"8:acs:a"}}`, "8:x"),
		Entry("of a phone number", `{"rawId":"4:zzz","phoneNumber":{"value":"+1"}}`, "4:zzz"),
		Entry("of a Teams user", `{"rawId":"8:x","microsoftTeamsUser":{"userId":"u","isAnonymous":false,"cloud":"public"}}`, "8:x"),
		Entry("of a Teams app", `{"rawId":"28:x","microsoftTeamsApp":{"appId":"a","cloud":"public"}}`, "28:x"),
	)

	It("of a phone number has no asserted id that is not in the number", func(ctx SpecContext) {
		phone, ok := received(ctx, `{"phoneNumber":{"value":"+1","assertedId":"9"}}`).(chat.PhoneNumber)
		Expect(ok).To(BeTrue())
		Expect(phone.AssertedID()).To(Equal("9"))
		Expect(phone.RawID()).To(Equal("4:+1"))
		Expect(sentForm(ctx, phone)).To(Equal(`{"rawId":"4:+1","phoneNumber":{"value":"+1"}}`))
	})
})
