package chattest

import (
	"net/http"

	"github.com/acschat/acs-chat-go/gen/identityapi"
)

var _ identityapi.ServerInterface = identityAPI{}

// identityAPI implements the operations of the contract and sets their success statuses. Requests that reach it are authorized.
type identityAPI struct{}

func (identityAPI) CommunicationIdentityCreate(w http.ResponseWriter, r *http.Request, _ identityapi.CommunicationIdentityCreateParams) {
	body, err := callOf(r).createIdentity()
	answer(w, http.StatusCreated, body, err)
}

func (identityAPI) CommunicationIdentityDelete(w http.ResponseWriter, r *http.Request, id string, _ identityapi.CommunicationIdentityDeleteParams) {
	answer(w, http.StatusNoContent, nil, callOf(r).deleteIdentity(id))
}

func (identityAPI) CommunicationIdentityRevokeAccessTokens(w http.ResponseWriter, r *http.Request, id string, _ identityapi.CommunicationIdentityRevokeAccessTokensParams) {
	answer(w, http.StatusNoContent, nil, callOf(r).revokeAccessTokens(id))
}

func (identityAPI) CommunicationIdentityIssueAccessToken(w http.ResponseWriter, r *http.Request, id string, _ identityapi.CommunicationIdentityIssueAccessTokenParams) {
	body, err := callOf(r).issueAccessToken(id)
	answer(w, http.StatusOK, body, err)
}

func (identityAPI) CommunicationIdentityExchangeTeamsUserAccessToken(w http.ResponseWriter, r *http.Request, _ identityapi.CommunicationIdentityExchangeTeamsUserAccessTokenParams) {
	body, err := callOf(r).exchangeTeamsUserToken()
	answer(w, http.StatusOK, body, err)
}

func (identityAPI) TeamsExtensionTokenExchange(w http.ResponseWriter, r *http.Request, _ identityapi.TeamsExtensionTokenExchangeParams) {
	answer(w, http.StatusOK, callOf(r).exchangeTeamsExtensionToken(), nil)
}

func (identityAPI) TeamsExtensionAssignmentGet(w http.ResponseWriter, r *http.Request, tenantID, objectID string, _ identityapi.TeamsExtensionAssignmentGetParams) {
	body, err := callOf(r).getAssignment(tenantID, objectID)
	answer(w, http.StatusOK, body, err)
}

func (identityAPI) TeamsExtensionAssignmentUpsert(w http.ResponseWriter, r *http.Request, tenantID, objectID string, _ identityapi.TeamsExtensionAssignmentUpsertParams) {
	body, isNew, err := callOf(r).putAssignment(tenantID, objectID)
	status := http.StatusOK
	if isNew {
		status = http.StatusCreated
	}
	answer(w, status, body, err)
}

func (identityAPI) TeamsExtensionAssignmentDelete(w http.ResponseWriter, r *http.Request, tenantID, objectID string, _ identityapi.TeamsExtensionAssignmentDeleteParams) {
	answer(w, http.StatusNoContent, nil, callOf(r).deleteAssignment(tenantID, objectID))
}

func exchangeEntraToken(w http.ResponseWriter, r *http.Request) {
	body, err := callOf(r).exchangeEntraToken()
	answer(w, http.StatusOK, body, err)
}
