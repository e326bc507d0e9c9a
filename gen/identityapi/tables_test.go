package identityapi_test

import (
	"reflect"

	"github.com/acschat/acs-chat-go/gen/identityapi"
	"github.com/acschat/acs-chat-go/gen/internal/contract"
)

// published is what Microsoft has published of the contract.
var published = contract.Contract{
	File:       "../../api/identity.yaml",
	Version:    "2026-09-23",
	Operations: operations,
	Schemas:    schemas,
	Enums:      enums,
	Server:     reflect.TypeFor[identityapi.ServerInterface](),
	Models:     models,
}

var operations = map[string]contract.Operation{
	"CommunicationIdentity_Create": {
		Method: "POST", Path: "/identities",
		Parameters: "api-version! string",
		Body:       "application/json CommunicationIdentityCreateRequest",
		Success:    "201 application/json CommunicationIdentityAccessTokenResult",
	},
	"CommunicationIdentity_Delete": {
		Method: "DELETE", Path: "/identities/{id}",
		Parameters: "api-version! string, path id! string",
		Success:    "204",
	},
	"CommunicationIdentity_RevokeAccessTokens": {
		Method: "POST", Path: "/identities/{id}/:revokeAccessTokens",
		Parameters: "api-version! string, path id! string",
		Success:    "204",
	},
	"CommunicationIdentity_IssueAccessToken": {
		Method: "POST", Path: "/identities/{id}/:issueAccessToken",
		Parameters: "api-version! string, path id! string",
		Body:       "application/json CommunicationIdentityAccessTokenRequest!",
		Success:    "200 application/json CommunicationIdentityAccessToken",
	},
	"CommunicationIdentity_ExchangeTeamsUserAccessToken": {
		Method: "POST", Path: "/teamsUser/:exchangeAccessToken",
		Parameters: "api-version! string",
		Body:       "application/json TeamsUserExchangeTokenRequest!",
		Success:    "200 application/json CommunicationIdentityAccessToken",
	},
	"TeamsExtensionToken_Exchange": {
		Method: "POST", Path: "/access/teamsExtension/:exchangeAccessToken",
		Parameters: "api-version! string",
		Body:       "application/json TeamsExtensionExchangeTokenRequest!",
		Success:    "200 application/json CommunicationIdentityAccessTokenResult",
	},
	"TeamsExtensionAssignment_Get": {
		Method: "GET", Path: "/access/teamsExtension/tenants/{tenantId}/assignments/{objectId}",
		Parameters: "api-version! string, path tenantId! string, path objectId! string",
		Success:    "200 application/json TeamsExtensionAssignmentResponse",
	},
	"TeamsExtensionAssignment_Upsert": {
		Method: "PUT", Path: "/access/teamsExtension/tenants/{tenantId}/assignments/{objectId}",
		Parameters: "api-version! string, path tenantId! string, path objectId! string",
		Body:       "application/json TeamsExtensionAssignmentCreateOrUpdateRequest!",
		Success:    "200 application/json TeamsExtensionAssignmentResponse, 201 application/json TeamsExtensionAssignmentResponse",
	},
	"TeamsExtensionAssignment_Delete": {
		Method: "DELETE", Path: "/access/teamsExtension/tenants/{tenantId}/assignments/{objectId}",
		Parameters: "api-version! string, path tenantId! string, path objectId! string",
		Success:    "204",
	},
}

// schemas has all of them but the enumerations.
var schemas = map[string][]string{
	"CommunicationIdentityCreateRequest": {"createTokenWithScopes []CommunicationIdentityTokenScope",
		"expiresInMinutes int32 60..1440 or 1440"},
	"CommunicationIdentityAccessTokenRequest": {"scopes! []CommunicationIdentityTokenScope",
		"expiresInMinutes int32 60..1440 or 1440"},
	"CommunicationIdentity":            {"id! string"},
	"CommunicationIdentityAccessToken": {"token! string", "expiresOn! date-time"},
	"CommunicationIdentityAccessTokenResult": {"identity! CommunicationIdentity",
		"accessToken CommunicationIdentityAccessToken"},
	"TeamsUserExchangeTokenRequest":      {"token! string", "appId! string", "userId! string"},
	"TeamsExtensionExchangeTokenRequest": nil,
	"TeamsExtensionAssignmentCreateOrUpdateRequest": {"principalType! TeamsExtensionPrincipalType",
		"clientIds []string"},
	"TeamsExtensionAssignmentResponse": {"objectId! string", "tenantId! string",
		"principalType! TeamsExtensionPrincipalType", "clientIds []string"},
	"CommunicationErrorResponse": {"error! CommunicationError"},
	"CommunicationError": {"code! string", "message! string", "target string readOnly",
		"details []CommunicationError readOnly", "innererror CommunicationError readOnly"},
}

var enums = map[string][]any{
	"CommunicationIdentityTokenScope": {"chat", "voip", "chat.join", "chat.join.limited", "voip.join"},
	"TeamsExtensionPrincipalType":     {"resourceAccount", "user"},
}

// models has the Go type of every schema that is a whole body.
var models = map[string]any{
	"CommunicationIdentityCreateRequest":            identityapi.CommunicationIdentityCreateRequest{},
	"CommunicationIdentityAccessTokenRequest":       identityapi.CommunicationIdentityAccessTokenRequest{},
	"TeamsUserExchangeTokenRequest":                 identityapi.TeamsUserExchangeTokenRequest{},
	"TeamsExtensionExchangeTokenRequest":            identityapi.TeamsExtensionExchangeTokenRequest{},
	"TeamsExtensionAssignmentCreateOrUpdateRequest": identityapi.TeamsExtensionAssignmentCreateOrUpdateRequest{},
	"CommunicationIdentityAccessToken":              identityapi.CommunicationIdentityAccessToken{},
	"CommunicationIdentityAccessTokenResult":        identityapi.CommunicationIdentityAccessTokenResult{},
	"TeamsExtensionAssignmentResponse":              identityapi.TeamsExtensionAssignmentResponse{},
	"CommunicationErrorResponse":                    identityapi.CommunicationErrorResponse{},
}
