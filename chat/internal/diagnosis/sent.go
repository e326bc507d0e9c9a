package diagnosis

import (
	"encoding/json"

	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// Sent is what the body of a request names, of whichever operation. The zero value is of no body.
type Sent struct {
	RawID           string                       `json:"rawId"` // of a removal
	Participants    []sentParticipant            `json:"participants"`
	Metadata        map[string]string            `json:"metadata"`
	RetentionPolicy *chatapi.ChatRetentionPolicy `json:"retentionPolicy"`
	Type            string                       `json:"type"`                  // of a message
	Scopes          []string                     `json:"scopes"`                // of a token
	ScopesOfNew     []string                     `json:"createTokenWithScopes"` // of the token of a new user

	size int
}

type sentParticipant struct {
	Identifier struct {
		RawID string `json:"rawId"`
	} `json:"communicationIdentifier"`
	Metadata map[string]string `json:"metadata"`
}

// ReadSent reads the body of a request, as much of it as it can.
func ReadSent(body []byte) Sent {
	sent := Sent{}
	_ = json.Unmarshal(body, &sent)
	sent.size = len(body)
	return sent
}

// ids are the raw ids that the request names.
func (s Sent) ids() []string {
	var ids []string
	for _, p := range s.Participants {
		ids = append(ids, p.Identifier.RawID)
	}
	if s.RawID != "" {
		ids = append(ids, s.RawID)
	}
	return ids
}
