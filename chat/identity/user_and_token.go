package identity

import (
	"bytes"
	"fmt"
	"log/slog"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
	"github.com/acschat/acs-chat-go/gen/identityapi"
)

// UserAndToken is a new user and an access token for that user. Its JSON contains the token; fmt and slog print it redacted.
type UserAndToken struct {
	User  chat.CommunicationUser
	Token chat.AccessToken
}

// LogValue returns the user, and the token redacted.
func (u UserAndToken) LogValue() slog.Value {
	return slog.GroupValue(slog.Any("user", u.User), slog.Any("token", u.Token))
}

// MarshalJSON returns the user and the token as the API writes them. The token is in it.
func (u UserAndToken) MarshalJSON() ([]byte, error) {
	u.Token.ExpiresOn = u.Token.ExpiresOn.UTC()
	return pipeline.Marshal(wireUserAndToken{identityapi.CommunicationIdentity{ID: u.User.ID}, u.Token})
}

// UnmarshalJSON reads what MarshalJSON writes and replaces u. It ignores null.
func (u *UserAndToken) UnmarshalJSON(data []byte) error {
	data = bytes.TrimSpace(data)
	if string(data) == "null" {
		return nil
	}
	if !bytes.HasPrefix(data, []byte{'{'}) {
		return fmt.Errorf("identity: unmarshal %T: not a JSON object", *u)
	}
	var result wireUserAndToken
	if err := pipeline.Decode(data, &result); err != nil {
		return fmt.Errorf("identity: unmarshal %T: %w", *u, err)
	}
	*u = UserAndToken{User: chat.CommunicationUser{ID: result.Identity.ID}, Token: result.AccessToken}
	u.Token.ExpiresOn = pipeline.UTC(u.Token.ExpiresOn)
	return nil
}

type wireUserAndToken struct {
	Identity    identityapi.CommunicationIdentity `json:"identity"`
	AccessToken chat.AccessToken                  `json:"accessToken,omitzero"`
}
