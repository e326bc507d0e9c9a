package wire

import (
	"time"

	"github.com/acschat/acs-chat-go/chat/identity"
)

// IdentityResult is an object of the service.
type IdentityResult struct {
	Identity    CommunicationUser `json:"identity"`
	AccessToken *AccessToken      `json:"accessToken,omitempty"`
}

// AccessToken is an object of the service.
type AccessToken struct {
	Token     string    `json:"token,omitempty"` // omitted if it is written to a file
	ExpiresOn time.Time `json:"expiresOn"`
}

// FromIssued returns the response of the service, with the user if the call created one.
func FromIssued(issued identity.UserAndToken, created bool) any {
	token := AccessToken{issued.Token.Token, issued.Token.ExpiresOn.UTC()}
	if !created {
		return token
	}
	return IdentityResult{CommunicationUser{issued.User.ID}, &token}
}
