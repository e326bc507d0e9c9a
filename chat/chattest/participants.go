package chattest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/gen/chatapi"
)

const (
	maxParticipantsPerThread  = 250
	maxParticipantsPerRequest = 200
)

// participant is a participant in the form of the service.
type participant struct {
	Identifier       identifier `json:"communicationIdentifier"`
	DisplayName      string     `json:"displayName,omitempty"`
	ShareHistoryTime string     `json:"shareHistoryTime"`
	Metadata         metadata   `json:"metadata,omitzero"`
}

func (p participant) sharedSince() int64 {
	at, err := time.Parse(time.RFC3339, p.ShareHistoryTime)
	if err != nil {
		panic("chattest: " + err.Error()) // this package wrote it
	}
	return at.UnixMilli()
}

// joinRequest is a participant in the body of a create or an add.
type joinRequest struct {
	Identifier       chatapi.CommunicationIdentifierModel `json:"communicationIdentifier"`
	DisplayName      string                               `json:"displayName"`
	ShareHistoryTime *time.Time                           `json:"shareHistoryTime"`
	Metadata         metadata                             `json:"metadata"`
}

// participantsOf reads the participants of a request and keeps the first entry of each.
func participantsOf(requests []joinRequest) ([]participant, error) {
	if len(requests) > maxParticipantsPerRequest {
		return nil, badRequest()
	}
	var people []participant
	for _, q := range requests {
		rawID, err := rawIDOf(q.Identifier)
		if err != nil {
			return nil, err
		}
		if q.Metadata.size() > maxMetadata {
			return nil, badRequest()
		}
		shared := int64(0)
		if q.ShareHistoryTime != nil {
			if year := q.ShareHistoryTime.UTC().Year(); year < 0 || year > 9999 {
				return nil, badRequest() // a time of JSON has four digits of a year
			}
			shared = q.ShareHistoryTime.UnixMilli()
		}
		if !slices.ContainsFunc(people, func(p participant) bool { return p.Identifier.RawID == rawID }) {
			people = append(people, participant{identify(rawID), q.DisplayName, timestamp(shared), q.Metadata})
		}
	}
	return people, nil
}

func (c *call) addParticipants(threadID string) ([]byte, error) {
	var request struct {
		Participants *[]joinRequest `json:"participants"`
	}
	if err := decode(c.body, &request); err != nil {
		return nil, err
	}
	if request.Participants == nil {
		return nil, badRequest()
	}
	people, err := participantsOf(*request.Participants)
	if err != nil {
		return nil, err
	}
	var result struct {
		InvalidParticipants []invalidParticipant `json:"invalidParticipants,omitempty"`
	}
	err = c.update(threadID, func(t *thread) error {
		var added []participant
		for _, p := range people {
			rawID := p.Identifier.RawID
			if e := c.s.eligibility(t.tx, rawID); e != joinable {
				result.InvalidParticipants = append(result.InvalidParticipants, e.refusal(rawID))
			} else if t.place(rawID) == 0 {
				added = append(added, p)
			}
		}
		if t.state.Participants+int64(len(added)) > maxParticipantsPerThread {
			return badRequest()
		}
		if len(added) > 0 {
			t.participantsHappened(events.KindParticipantsAdded, t.initiator(), added, t.join(added))
		}
		return nil
	})
	return encode(result), err
}

func (c *call) removeParticipant(threadID string) error {
	var who chatapi.CommunicationIdentifierModel
	if err := decode(c.body, &who); err != nil {
		return err
	}
	rawID, err := rawIDOf(who)
	if err != nil {
		return err
	}
	err = c.update(threadID, func(t *thread) error {
		if place := t.place(rawID); place != 0 {
			by, p := t.initiator(), t.participant(place)
			t.participantsHappened(events.KindParticipantsRemoved, by, []participant{p}, t.leave(p, place))
		}
		return nil
	})
	if errors.Is(err, errFormerMember) {
		err = notAMember(c.user, threadID)
	}
	return err
}

func (c *call) listParticipants(threadID string, skip, maxPageSize *int32) ([]byte, error) {
	body, err := c.listByPlace(threadID, "participants", participantsBucket, skip, maxPageSize)
	if errors.Is(err, errMalformedThreadID) {
		err = refuse(http.StatusNotFound, "")
	}
	return body, err
}

// listByPlace lists the items of a bucket in the order in which their participants joined, by default on one page.
func (c *call) listByPlace(threadID, name, bucket string, skip, maxPageSize *int32) ([]byte, error) {
	size, err := pageSize(maxPageSize, maxParticipantsPerThread, maxParticipantsPerThread)
	if err != nil {
		return nil, err
	}
	first := 0
	if skip != nil {
		first = int(*skip)
	}
	if first < 0 {
		return nil, badRequest()
	}
	var list page
	next := ""
	err = c.view(threadID, func(t *thread) error {
		if bucket == receiptsBucket && t.state.Participants > maxParticipantsWithReceipts {
			return nil
		}
		place := 0
		t.eachPlace(bucket, func(item []byte) bool {
			if place == first+c.pageLimit(size) {
				next = c.nextLink("/chat/threads/"+threadID+"/"+name, fmt.Sprintf("skip=%d", place), fmt.Sprintf("maxPageSize=%d", size))
				return false
			}
			if place >= first {
				list.add(item)
			}
			place++
			return true
		})
		return nil
	})
	return list.end(next), err
}

// place returns the position of a user in the order of joining, from 1, or 0 if the user is not a participant.
func (t *thread) place(user string) int64 {
	value := t.get(membersBucket, t.member(user))
	if value == nil {
		return 0
	}
	return lastNumber(value[:8])
}

// wasLeftBy reports whether the user was a participant and was removed.
func (t *thread) wasLeftBy(user string) bool {
	return len(t.get(membershipsBucket, membership(user, t.id))) > 0
}

// sharedSince returns the start of the history that the caller may read, in milliseconds since 1970.
func (t *thread) sharedSince() int64 {
	return lastNumber(t.get(membersBucket, t.member(t.caller)))
}

func (t *thread) member(user string) []byte {
	return append(number(t.state.Number), user...)
}

// participant reads the participant at a place.
func (t *thread) participant(place int64) (p participant) {
	t.read(t.get(participantsBucket, t.key(place)), &p)
	return p
}

// eachPlace calls f with the items of a bucket, in the order of joining, until f returns false.
func (t *thread) eachPlace(bucket string, f func(item []byte) bool) {
	prefix := number(t.state.Number)
	c := t.tx.Bucket([]byte(bucket)).Cursor()
	for k, v := c.Seek(prefix); bytes.HasPrefix(k, prefix) && f(v); k, v = c.Next() {
	}
}

// participantsHappened records the event of participants who joined or left, at the time of the message m.
func (t *thread) participantsHappened(kind events.Kind, by participant, people []participant, m message) {
	version := mustNumber(m.Version)
	t.happened(occurrence{kind: kind, at: version, version: version, by: by, people: people, properties: t.properties()})
}

// join adds participants. It posts and returns the message about them.
func (t *thread) join(people []participant) message {
	for _, p := range people {
		t.state.Joined++
		t.state.Participants++
		t.put(participantsBucket, t.key(t.state.Joined), encode(p))
		t.put(membersBucket, t.member(p.Identifier.RawID), numbers(t.state.Joined, p.sharedSince()))
		t.put(membershipsBucket, membership(p.Identifier.RawID, t.id), nil)
	}
	m := t.post(t.membershipMessage("participantAdded", people))
	t.received(m)
	return m
}

// leave removes a participant. It posts and returns the message about that, which does not count as activity.
func (t *thread) leave(p participant, place int64) message {
	user := p.Identifier.RawID
	t.removePlace(user, place)
	t.put(membershipsBucket, membership(user, t.id), append(number(t.state.Activity), encode(t.item())...))
	return t.post(t.membershipMessage("participantRemoved", []participant{p}))
}

func (t *thread) removePlace(user string, place int64) {
	t.state.Participants--
	t.delete(membersBucket, t.member(user))
	t.delete(participantsBucket, t.key(place))
	t.delete(receiptsBucket, t.key(place))
}

// membershipMessage is a message about participants who joined or left, without their metadata.
func (t *thread) membershipMessage(kind string, people []participant) message {
	people = slices.Clone(people)
	for i := range people {
		people[i].Metadata = nil
	}
	return message{Type: kind, Content: json.RawMessage(encode(struct {
		Participants []participant `json:"participants"`
		Initiator    identifier    `json:"initiatorCommunicationIdentifier"`
	}{people, identify(t.caller)}))}
}
