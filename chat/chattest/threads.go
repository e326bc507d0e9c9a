package chattest

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"

	"go.etcd.io/bbolt"

	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// topicDelay is the time between the message about the participants of a new thread and the one about its topic, as recorded.
const topicDelay = 59

// threadProperties is a thread in the form of the service.
type threadProperties struct {
	ID              string     `json:"id"`
	Topic           string     `json:"topic"`
	CreatedOn       string     `json:"createdOn"`
	CreatedBy       identifier `json:"createdByCommunicationIdentifier"`
	Metadata        metadata   `json:"metadata,omitzero"`
	RetentionPolicy retention  `json:"retentionPolicy"`
}

func (c *call) createThread(repeatabilityID *string) (body []byte, id string, err error) {
	var request struct {
		Topic           *string       `json:"topic"`
		Participants    []joinRequest `json:"participants"`
		Metadata        metadata      `json:"metadata"`
		RetentionPolicy *retention    `json:"retentionPolicy"`
	}
	if err := decode(c.body, &request); err != nil {
		return nil, "", err
	}
	if request.Topic == nil || request.Metadata.size() > maxMetadata {
		return nil, "", badRequest()
	}
	policy, err := request.RetentionPolicy.checked()
	if err != nil {
		return nil, "", err
	}
	people, err := participantsOf(request.Participants)
	if err != nil {
		return nil, "", err
	}
	id = randomThreadID(c.s.cloud)
	if repeatabilityID != nil {
		id = repeatableThreadID(c.s.cloud, c.user, *repeatabilityID)
	}
	err = c.s.store.update(func(tx *bbolt.Tx) error {
		t := &thread{tx: tx, id: id, caller: c.user, now: c.s.Now().UnixMilli()}
		if first := t.get(creationsBucket, []byte(id)); first != nil {
			body = bytes.Clone(first)
			return nil
		}
		var result struct {
			ChatThread          threadProperties     `json:"chatThread"`
			InvalidParticipants []invalidParticipant `json:"invalidParticipants,omitempty"`
		}
		var in []participant
		for _, p := range people {
			rawID := p.Identifier.RawID
			switch e := c.s.eligibility(tx, rawID); e {
			case joinable:
				in = append(in, p)
			case otherResource:
				return refuse(http.StatusForbidden, "")
			default:
				result.InvalidParticipants = append(result.InvalidParticipants, e.refusal(rawID))
			}
		}
		result.ChatThread = t.create(in, threadProperties{Topic: *request.Topic, Metadata: request.Metadata, RetentionPolicy: policy})
		body = encode(result)
		if repeatabilityID != nil {
			t.put(creationsBucket, []byte(id), body)
		}
		return c.s.saveThread(t)
	})
	return body, id, err
}

// create creates the thread with the participants, to which it adds the caller if needed, and writes its first two messages. Both are in
// the past when the request is answered.
func (t *thread) create(people []participant, p threadProperties) threadProperties {
	present := t.now
	t.now -= topicDelay
	n, err := t.tx.Bucket([]byte(propertiesBucket)).NextSequence()
	t.keep(err)
	t.state.Number = int64(n)
	p.ID, p.CreatedOn, p.CreatedBy = t.id, timestamp(t.now), identify(t.caller)
	t.setProperties(p)
	if !containsUser(people, t.caller) {
		creator := participant{Identifier: identify(t.caller), ShareHistoryTime: timestamp(0)}
		people = append([]participant{creator}, people...)
	}
	t.join(people)
	t.happened(occurrence{
		kind: events.KindThreadCreated, at: t.now, version: t.now, by: t.initiator(), properties: p, people: people,
	})
	t.now = present
	t.received(t.post(t.topicMessage(p.Topic)))
	return p
}

func containsUser(people []participant, rawID string) bool {
	for _, p := range people {
		if p.Identifier.RawID == rawID {
			return true
		}
	}
	return false
}

func (c *call) getThread(threadID string) (body []byte, err error) {
	err = c.view(threadID, func(t *thread) error {
		body = bytes.Clone(t.get(propertiesBucket, number(t.state.Number)))
		return nil
	})
	if errors.Is(err, errThreadDeleted) {
		err = errUnknownThread
	}
	return body, err
}

func (c *call) updateThread(threadID string) error {
	var patch struct {
		Topic           *string           `json:"topic"`
		Metadata        metadataPatch     `json:"metadata"`
		RetentionPolicy optionalRetention `json:"retentionPolicy"`
	}
	if err := decode(c.body, &patch); err != nil {
		return err
	}
	policy, err := patch.RetentionPolicy.policy.checked()
	if err != nil {
		return err
	}
	if patch.Topic == nil && !patch.Metadata.present && !patch.RetentionPolicy.present {
		return nil // before the thread is looked up
	}
	return c.update(threadID, func(t *thread) error {
		p := t.properties()
		p.Metadata = patch.Metadata.apply(p.Metadata)
		if patch.Metadata.present && p.Metadata.size() > maxMetadata {
			return badRequest()
		}
		if patch.RetentionPolicy.present {
			p.RetentionPolicy = policy
		}
		var version int64
		if patch.Topic != nil {
			p.Topic = *patch.Topic
			m := t.post(t.topicMessage(p.Topic))
			t.received(m)
			version = mustNumber(m.Version)
		} else {
			version = t.nextVersion()
		}
		t.setProperties(p)
		t.happened(occurrence{
			kind: events.KindThreadPropertiesUpdated, at: version, version: version, by: t.initiator(), properties: p,
		})
		return nil
	})
}

func (c *call) deleteThread(threadID string) error {
	err := c.update(threadID, func(t *thread) error {
		t.end(t.initiator(), events.DeletionReasonUser)
		return nil
	})
	if errors.Is(err, errThreadDeleted) {
		err = nil
	}
	return err
}

// end deletes the thread.
func (t *thread) end(by participant, reason events.DeletionReason) {
	t.state.Deleted = t.now
	t.touch(t.now)
	t.happened(occurrence{
		kind: events.KindThreadDeleted, at: t.now, version: t.nextVersion(), by: by, properties: t.properties(), reason: reason,
	})
}

func (t *thread) setProperties(p threadProperties) {
	t.put(propertiesBucket, number(t.state.Number), encode(p))
}

func (t *thread) topicMessage(topic string) message {
	return message{Type: string(chatapi.ChatMessageTypeTopicUpdated), Content: json.RawMessage(encode(struct {
		Topic     string     `json:"topic"`
		Initiator identifier `json:"initiatorCommunicationIdentifier"`
	}{topic, identify(t.caller)}))}
}
