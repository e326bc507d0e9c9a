package chat_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
)

// people are n participants, 8:acs:p0 and on.
func people(n int) []chat.Participant {
	list := make([]chat.Participant, n)
	for i := range list {
		list[i] = chat.Participant{Identifier: chat.CommunicationUser{ID: fmt.Sprint("8:acs:p", i)}, DisplayName: fmt.Sprint("Person ", i)}
	}
	return list
}

// batches are how many participants each request carried.
func batches(wire *scripted) []int {
	var sizes []int
	for _, sent := range wire.Requests() {
		var body struct{ Participants []json.RawMessage }
		Expect(json.Unmarshal([]byte(sent.Body), &body)).To(Succeed())
		sizes = append(sizes, len(body.Participants))
	}
	return sizes
}

// refusing answers an add request with an error for each target.
func refusing(targets ...string) answer {
	var list []string
	for _, target := range targets {
		list = append(list, fmt.Sprintf(`{"code":"404","message":"No such user","target":%q}`, target))
	}
	return reply(201, `{"invalidParticipants":[`+strings.Join(list, ",")+`]}`)
}

var kinds = []chat.Identifier{
	testUser,
	chat.PhoneNumber{Number: "+15555550123"},
	chat.MicrosoftTeamsUser{UserID: "Teams-User", Cloud: chat.CloudGCCH},
	chat.MicrosoftTeamsUser{UserID: "Guest", IsAnonymous: true},
	chat.MicrosoftTeamsApp{AppID: "Bot"},
	chat.TeamsExtensionUser{ResourceID: "Resource", TenantID: "Tenant", UserID: "User"},
	chat.UnknownIdentifier{ID: "99:Someone"},
}

var _ = Describe("Adding participants", func() {
	It("returns nil if all are added", api.OtherResponses(), func(ctx SpecContext) {
		for _, body := range []string{`{}`, `{"invalidParticipants":null}`, `{"invalidParticipants":[]}`} {
			thread, _ := threadOf(reply(201, body))
			failed, err := thread.AddParticipants(ctx, people(2))
			Expect(err).NotTo(HaveOccurred())
			Expect(failed).To(BeNil())
		}
	})

	It("sends no request without participants", func(ctx SpecContext) {
		thread, wire := threadOf(reply(500, ""))
		Expect(thread.AddParticipants(ctx, nil)).To(BeNil())
		Expect(thread.AddParticipants(ctx, []chat.Participant{})).To(BeNil())
		Expect(wire.Requests()).To(BeEmpty())
	})

	It("sends the fields of a participant, and omits a zero time", func(ctx SpecContext) {
		thread, wire := threadOf(reply(201, `{}`))
		Expect(thread.AddParticipants(ctx, []chat.Participant{
			{Identifier: testUser, DisplayName: "Ana", ShareHistoryTime: inTokyo, Metadata: map[string]string{"role": "lead"}},
			{Identifier: testUser, ShareHistoryTime: time.Unix(0, 0), Metadata: map[string]string{}},
			{Identifier: testUser},
		})).To(BeNil())
		Expect(only(wire).Body).To(Equal(`{"participants":[` +
			`{"communicationIdentifier":` + anaOnTheWire + `,"displayName":"Ana","shareHistoryTime":"2026-01-02T03:04:05.678Z","metadata":{"role":"lead"}},` +
			`{"communicationIdentifier":` + anaOnTheWire + `,"shareHistoryTime":"1970-01-01T00:00:00Z","metadata":{}},` +
			`{"communicationIdentifier":` + anaOnTheWire + `}]}`))
	})

	Describe("those who are not added", func() {
		for _, id := range kinds {
			for spelling, respell := range map[string]func(string) string{
				"exactly": strings.Clone, "in lower case": strings.ToLower, "in upper case": strings.ToUpper,
			} {
				It(fmt.Sprintf("are found when named %s, as %T is", spelling, id), func(ctx SpecContext) {
					wanted := chat.Participant{Identifier: id, DisplayName: "Wanted"}
					thread, _ := threadOf(refusing(respell(id.RawID())))
					failed, err := thread.AddParticipants(ctx, append(people(2), wanted))
					Expect(err).NotTo(HaveOccurred())
					Expect(failed).To(HaveLen(1))
					Expect(failed[0].Participant).To(Equal(wanted))
					Expect(failed[0].Err).To(MatchError(chat.ErrNotFound))
					Expect(failed[0].Err.Message).To(Equal("No such user"))
				})
			}
		}

		It("are distinguished by case if they differ in nothing else", func(ctx SpecContext) {
			lower := chat.Participant{Identifier: chat.CommunicationUser{ID: "8:acs:ann"}}
			upper := chat.Participant{Identifier: chat.CommunicationUser{ID: "8:acs:ANN"}}
			thread, _ := threadOf(refusing("8:acs:ANN"))
			failed, err := thread.AddParticipants(ctx, []chat.Participant{lower, upper})
			Expect(err).NotTo(HaveOccurred())
			Expect(failed).To(HaveLen(1))
			Expect(failed[0].Participant).To(Equal(upper))
		})

		It("keep the target if it matches no participant of the request", func(ctx SpecContext) {
			thread, _ := threadOf(refusing("8:acs:stranger", "4:+1555", ""))
			failed, err := thread.AddParticipants(ctx, people(1))
			Expect(err).NotTo(HaveOccurred())
			Expect(failed).To(HaveLen(3))
			Expect(failed[0].Participant).To(Equal(chat.Participant{Identifier: chat.CommunicationUser{ID: "8:acs:stranger"}}))
			Expect(failed[1].Participant).To(Equal(chat.Participant{Identifier: chat.PhoneNumber{Number: "+1555"}}))
			Expect(failed[2].Participant).To(Equal(chat.Participant{Identifier: chat.UnknownIdentifier{}}))
		})

		It("are each paired once if a participant was sent twice", func(ctx SpecContext) {
			twice := []chat.Participant{{Identifier: testUser, DisplayName: "first"}, {Identifier: testUser, DisplayName: "second"}}
			thread, _ := threadOf(refusing("8:acs:ana", "8:acs:ana"))
			failed, err := thread.AddParticipants(ctx, twice)
			Expect(err).NotTo(HaveOccurred())
			Expect(failed).To(HaveLen(2))
			Expect(failed[0].Participant).To(Equal(twice[0]))
			Expect(failed[1].Participant).To(Equal(twice[1]))
		})

		It("are paired with each of their errors", func(ctx SpecContext) {
			thread, _ := threadOf(refusing("8:acs:P0", "8:acs:p0"))
			failed, err := thread.AddParticipants(ctx, people(1))
			Expect(err).NotTo(HaveOccurred())
			Expect(failed).To(HaveLen(2))
			Expect(failed[0].Participant).To(Equal(people(1)[0]))
			Expect(failed[1].Participant).To(Equal(people(1)[0]))
		})

		It("have the status that the service writes as a code", func(ctx SpecContext) {
			thread, _ := threadOf(reply(201, `{"invalidParticipants":[{"code":"503","message":"","target":"8:acs:p0"},`+
				`{"code":"403","message":"","target":"8:acs:p1"},{"code":"Odd","message":"","target":"8:acs:p2"}]}`))
			failed, err := thread.AddParticipants(ctx, people(3))
			Expect(err).NotTo(HaveOccurred())
			Expect(failed[0].Err).To(MatchError(chat.ErrUnavailable))
			Expect(failed[1].Err).To(MatchError(chat.ErrForbidden))
			Expect(failed[2].Err.StatusCode).To(BeZero())
			Expect(failed[2].Err.Code).To(Equal("Odd"))
			Expect(failed[2].Err.Error()).To(HavePrefix("chat: add participant: "))
		})

		It("also have it if the code is a number", api.OtherResponses(), func(ctx SpecContext) {
			thread, _ := threadOf(reply(201, `{"invalidParticipants":[{"code":403,"message":"Permissions check failed","target":"8:acs:p0",`+
				`"details":[{"code":404}],"innererror":{"code":503}}]}`))
			failed, err := thread.AddParticipants(ctx, people(1))
			Expect(err).NotTo(HaveOccurred())
			Expect(failed).To(HaveLen(1))
			refusal := failed[0].Err
			Expect(refusal).To(MatchError(chat.ErrForbidden))
			Expect(refusal.StatusCode).To(Equal(http.StatusForbidden))
			Expect(refusal.Code).To(Equal("403"))
			Expect(refusal.Error()).To(Equal("chat: add participant: 403 Forbidden: Permissions check failed, target 8:acs:p0"))
			Expect(refusal.Details).To(HaveExactElements(MatchError(chat.ErrNotFound)))
			Expect(refusal.InnerError).To(MatchError(chat.ErrUnavailable))
		})
	})

	DescribeTable("sends many participants in batches", func(ctx SpecContext, n int, sizes ...int) {
		thread, wire := threadOf(reply(201, `{}`))
		Expect(thread.AddParticipants(ctx, people(n))).To(BeNil())
		Expect(batches(wire)).To(Equal(sizes))
	},
		Entry("of 200", 200, 200), Entry("of 201", 201, 200, 1), Entry("of 401", 401, 200, 200, 1), Entry("of 450", 450, 200, 200, 50),
	)

	It("fails if the first batch fails", func(ctx SpecContext) {
		thread, wire := threadOf(reply(403, ""))
		failed, err := thread.AddParticipants(ctx, people(450))
		Expect(failed).To(BeNil())
		Expect(err).To(MatchError(chat.ErrForbidden))
		_, partly := errors.AsType[*chat.PartialAddError](err)
		Expect(partly).To(BeFalse())
		Expect(wire.Requests()).To(HaveLen(1))
	})

	It("returns the failures so far and the remaining participants if a later batch fails", func(ctx SpecContext) {
		thread, wire := threadOf(refusing("8:acs:p7"), reply(404, ""))
		failed, err := thread.AddParticipants(ctx, people(450))
		Expect(failed).To(HaveLen(1))
		Expect(failed[0].Participant).To(Equal(people(8)[7]))
		partial, ok := errors.AsType[*chat.PartialAddError](err)
		Expect(ok).To(BeTrue())
		Expect(partial.Participants).To(Equal(people(450)[200:]))
		Expect(err).To(MatchError(chat.ErrNotFound))
		Expect(err).To(MatchError(HaveSuffix("(250 participants are not added yet)")))
		Expect(wire.Requests()).To(HaveLen(2))
	})
})

var _ = Describe("Removing a participant", func() {
	for _, id := range kinds {
		It(fmt.Sprintf("sends %T as adding does, without an envelope", id), func(ctx SpecContext) {
			thread, wire := threadOf(reply(201, `{}`), reply(204, ""))
			Expect(thread.AddParticipants(ctx, []chat.Participant{{Identifier: id}})).To(BeNil())
			Expect(thread.RemoveParticipant(ctx, id)).To(Succeed())
			requests := wire.Requests()
			Expect(requests[0].Body).To(Equal(`{"participants":[{"communicationIdentifier":` + requests[1].Body + `}]}`))
			Expect(requests[1].Body).To(ContainSubstring(`"rawId":"` + id.RawID() + `"`))
		})
	}
})

var _ = Describe("Listing participants", func() {
	It("sends the options", func(ctx SpecContext) {
		thread, wire := threadOf(reply(200, `{"value":[]}`))
		Expect(thread.ListParticipants(&chat.ListParticipantsOptions{Skip: 3, PageSize: 2}).Collect(ctx, 0)).To(BeEmpty())
		Expect(only(wire).URL).To(Equal(testEndpoint + threadPath + "/participants?api-version=" + apiVersion + "&maxPageSize=2&skip=3"))
	})

	It("returns the participants", func(ctx SpecContext) {
		thread, _ := threadOf(reply(200, `{"value":[{"communicationIdentifier":`+anaOnTheWire+
			`,"displayName":"Ana","shareHistoryTime":"1970-01-01T00:00:00Z","metadata":{"role":"lead"}},{"communicationIdentifier":`+anaOnTheWire+`}]}`))
		Expect(thread.ListParticipants(nil).Collect(ctx, 0)).To(Equal([]chat.Participant{
			{Identifier: testUser, DisplayName: "Ana", ShareHistoryTime: time.Unix(0, 0).UTC(), Metadata: map[string]string{"role": "lead"}},
			{Identifier: testUser},
		}))
	})
})
