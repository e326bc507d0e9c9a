package main

import (
	"time"

	"github.com/acschat/acs-chat-go/chat/identity"
)

type wireIdentityResult struct {
	Identity    wireCommunicationUser `json:"identity"`
	AccessToken *wireAccessToken      `json:"accessToken,omitempty"`
}

type wireAccessToken struct {
	Token     string    `json:"token,omitempty"` // not there when it went to a file
	ExpiresOn time.Time `json:"expiresOn"`
}

// toWireIssued is what the service answers: with the user when it made one.
func toWireIssued(issued identity.UserAndToken, created bool) any {
	token := wireAccessToken{issued.Token.Token, issued.Token.ExpiresOn.UTC()}
	if !created {
		return token
	}
	return wireIdentityResult{wireCommunicationUser{issued.User.ID}, &token}
}
