package identityapi_test

// The operations of identity 2025-06-30, all of them.
var wantOperations = []operation{
	{"CommunicationIdentity_Create", "POST", "/identities",
		"api-version! string",
		"application/json CommunicationIdentityCreateRequest",
		"201 application/json CommunicationIdentityAccessTokenResult"},
	{"CommunicationIdentity_Delete", "DELETE", "/identities/{id}",
		"api-version! string, path id! string",
		"", "204"},
	{"CommunicationIdentity_RevokeAccessTokens", "POST", "/identities/{id}/:revokeAccessTokens",
		"api-version! string, path id! string",
		"", "204"},
	{"CommunicationIdentity_IssueAccessToken", "POST", "/identities/{id}/:issueAccessToken",
		"api-version! string, path id! string",
		"application/json CommunicationIdentityAccessTokenRequest!",
		"200 application/json CommunicationIdentityAccessToken"},
	{"CommunicationIdentity_ExchangeTeamsUserAccessToken", "POST", "/teamsUser/:exchangeAccessToken",
		"api-version! string",
		"application/json TeamsUserExchangeTokenRequest!",
		"200 application/json CommunicationIdentityAccessToken"},
	{"TeamsExtensionToken_Exchange", "POST", "/access/teamsExtension/:exchangeAccessToken",
		"api-version! string",
		"application/json TeamsExtensionExchangeTokenRequest!",
		"200 application/json CommunicationIdentityAccessTokenResult"},
	{"TeamsExtensionAssignment_Get", "GET", "/access/teamsExtension/tenants/{tenantId}/assignments/{objectId}",
		"api-version! string, path tenantId! string, path objectId! string",
		"", "200 application/json TeamsExtensionAssignmentResponse"},
	{"TeamsExtensionAssignment_Upsert", "PUT", "/access/teamsExtension/tenants/{tenantId}/assignments/{objectId}",
		"api-version! string, path tenantId! string, path objectId! string",
		"application/json TeamsExtensionAssignmentCreateOrUpdateRequest!",
		"200 application/json TeamsExtensionAssignmentResponse, 201 application/json TeamsExtensionAssignmentResponse"},
	{"TeamsExtensionAssignment_Delete", "DELETE", "/access/teamsExtension/tenants/{tenantId}/assignments/{objectId}",
		"api-version! string, path tenantId! string, path objectId! string",
		"", "204"},
}

// The schemas with their members, all of them but the enumerations.
var wantSchemas = []struct {
	name   string
	fields []string
}{
	{"CommunicationIdentityCreateRequest", []string{"createTokenWithScopes []CommunicationIdentityTokenScope",
		"expiresInMinutes int32 60..1440 or 1440"}},
	{"CommunicationIdentityAccessTokenRequest", []string{"scopes! []CommunicationIdentityTokenScope",
		"expiresInMinutes int32 60..1440 or 1440"}},
	{"CommunicationIdentity", []string{"id! string"}},
	{"CommunicationIdentityAccessToken", []string{"token! string", "expiresOn! date-time"}},
	{"CommunicationIdentityAccessTokenResult", []string{"identity! CommunicationIdentity",
		"accessToken CommunicationIdentityAccessToken"}},
	{"TeamsUserExchangeTokenRequest", []string{"token! string", "appId! string", "userId! string"}},
	{"TeamsExtensionExchangeTokenRequest", nil},
	{"TeamsExtensionAssignmentCreateOrUpdateRequest", []string{"principalType! TeamsExtensionPrincipalType",
		"clientIds []string"}},
	{"TeamsExtensionAssignmentResponse", []string{"objectId! string", "tenantId! string",
		"principalType! TeamsExtensionPrincipalType", "clientIds []string"}},
	{"CommunicationErrorResponse", []string{"error! CommunicationError"}},
	{"CommunicationError", []string{"code! string", "message! string", "target string readOnly",
		"details []CommunicationError readOnly", "innererror CommunicationError readOnly"}},
}

var wantEnums = map[string][]any{
	"CommunicationIdentityTokenScope": {"chat", "voip", "chat.join", "chat.join.limited", "voip.join"},
	"TeamsExtensionPrincipalType":     {"resourceAccount", "user"},
}
