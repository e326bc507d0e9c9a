package identity

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
	"github.com/acschat/acs-chat-go/gen/identityapi"
)

// PrincipalType is the kind of principal of a Teams extension assignment. The service may use values other than these.
type PrincipalType string

// Types of principals.
const (
	// PrincipalTypeUser is a person.
	PrincipalTypeUser PrincipalType = "user"
	// PrincipalTypeResourceAccount is an account of a queue or a bot.
	PrincipalTypeResourceAccount PrincipalType = "resourceAccount"
)

// TeamsExtensionAssignment allows a principal of an Entra tenant to act through the resource.
type TeamsExtensionAssignment struct {
	TenantID      string
	ObjectID      string // the Entra object id of the principal
	PrincipalType PrincipalType
	// ClientIDs are the Entra applications through which the principal may act.
	ClientIDs []string
}

// TeamsExtensionToken is a token of a Teams user who acts through the resource.
type TeamsExtensionToken struct {
	// User is a [chat.TeamsExtensionUser], unless the service returns an id of another kind.
	User  chat.Identifier
	Token chat.AccessToken
}

// LogValue returns the user, and the token redacted.
func (t TeamsExtensionToken) LogValue() slog.Value {
	return slog.GroupValue(slog.Any("user", t.User), slog.Any("token", t.Token))
}

// CreateOrUpdateTeamsExtensionAssignmentOptions are the optional settings of
// [Client.CreateOrUpdateTeamsExtensionAssignment].
type CreateOrUpdateTeamsExtensionAssignmentOptions struct {
	// ClientIDs are the Entra applications through which the principal may act. Nil is not sent; an empty slice means none.
	ClientIDs []string
}

// GetTokenForTeamsExtensionUser exchanges the Entra token of a Teams user for a token of the resource. The Entra token must have
// a scope that begins with "https://auth.msft.communication.azure.com/". It is the only authorization that is sent: neither the
// access key nor the client's own credential is used. [NewEntraTokenCredential] does the same repeatedly.
//
// An empty token and a token with quotes, white space or "Bearer " around it are each a [*chat.ArgumentError].
//
// The API operation is TeamsExtensionToken_Exchange.
func (c *Client) GetTokenForTeamsExtensionUser(ctx context.Context, entraToken string) (TeamsExtensionToken, error) {
	if err := checkEntraToken(entraToken); err != nil {
		return TeamsExtensionToken{}, err
	}
	family := teamsExtensionUsers()
	family.apiVersion = c.apiVersion
	op := pipeline.Operation{Name: "Client.GetTokenForTeamsExtensionUser", Action: "identity: get token for Teams extension user", Status: http.StatusOK}
	issued, err := exchange(ctx, c.pipeline, c.endpoint, family, op, entraToken)
	if err != nil {
		return TeamsExtensionToken{}, err
	}
	token, err := accessToken(op, issued.AccessToken)
	if err != nil {
		return TeamsExtensionToken{}, err
	}
	return TeamsExtensionToken{User: chat.ParseRawID(issued.Identity.ID), Token: token}, nil
}

// GetTeamsExtensionAssignment returns the assignment of a principal of an Entra tenant.
//
// An empty id is a [*chat.ArgumentError]. The error is [chat.ErrNotFound] if there is no assignment.
//
// The API operation is TeamsExtensionAssignment_Get.
func (c *Client) GetTeamsExtensionAssignment(ctx context.Context, tenantID, objectID string) (TeamsExtensionAssignment, error) {
	if err := checkPrincipal(tenantID, objectID); err != nil {
		return TeamsExtensionAssignment{}, err
	}
	params := &identityapi.TeamsExtensionAssignmentGetParams{APIVersion: c.apiVersion}
	op := pipeline.Operation{Name: "Client.GetTeamsExtensionAssignment", Action: "identity: get Teams extension assignment", Status: http.StatusOK}
	wire, err := pipeline.Call[identityapi.TeamsExtensionAssignmentResponse](ctx, c.pipeline, op,
		func(ctx context.Context) (*http.Response, error) {
			return c.api.TeamsExtensionAssignmentGet(ctx, tenantID, objectID, params)
		})
	return assignment(wire), err
}

// CreateOrUpdateTeamsExtensionAssignment creates or replaces the assignment of a principal of an Entra tenant. Nil options are
// the zero value.
//
// An empty id and an empty principal type are each a [*chat.ArgumentError].
//
// The API operation is TeamsExtensionAssignment_Upsert.
func (c *Client) CreateOrUpdateTeamsExtensionAssignment(ctx context.Context, tenantID, objectID string, principalType PrincipalType, options *CreateOrUpdateTeamsExtensionAssignmentOptions) (TeamsExtensionAssignment, error) {
	if options == nil {
		options = &CreateOrUpdateTeamsExtensionAssignmentOptions{}
	}
	if err := checkPrincipal(tenantID, objectID); err != nil {
		return TeamsExtensionAssignment{}, err
	}
	if principalType == "" {
		return TeamsExtensionAssignment{}, &chat.ArgumentError{Name: "principalType", Reason: "must not be empty"}
	}
	params := &identityapi.TeamsExtensionAssignmentUpsertParams{APIVersion: c.apiVersion}
	body := pipeline.Encode(identityapi.TeamsExtensionAssignmentCreateOrUpdateRequest{
		PrincipalType: identityapi.TeamsExtensionPrincipalType(principalType), ClientIDs: options.ClientIDs,
	})
	op := pipeline.Operation{
		Name: "Client.CreateOrUpdateTeamsExtensionAssignment", Action: "identity: create or update Teams extension assignment",
		Status: http.StatusOK, Or: http.StatusCreated,
	}
	wire, err := pipeline.Call[identityapi.TeamsExtensionAssignmentResponse](ctx, c.pipeline, op,
		func(ctx context.Context) (*http.Response, error) {
			return c.api.TeamsExtensionAssignmentUpsert(ctx, tenantID, objectID, params, body)
		})
	return assignment(wire), err
}

// DeleteTeamsExtensionAssignment deletes the assignment of a principal of an Entra tenant.
//
// An empty id is a [*chat.ArgumentError].
//
// The API operation is TeamsExtensionAssignment_Delete.
func (c *Client) DeleteTeamsExtensionAssignment(ctx context.Context, tenantID, objectID string) error {
	if err := checkPrincipal(tenantID, objectID); err != nil {
		return err
	}
	params := &identityapi.TeamsExtensionAssignmentDeleteParams{APIVersion: c.apiVersion}
	op := pipeline.Operation{Name: "Client.DeleteTeamsExtensionAssignment", Action: "identity: delete Teams extension assignment", Status: http.StatusNoContent}
	return pipeline.Run(ctx, c.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		return c.api.TeamsExtensionAssignmentDelete(ctx, tenantID, objectID, params)
	})
}

func checkPrincipal(tenantID, objectID string) error {
	if err := checkID("tenantID", tenantID); err != nil {
		return err
	}
	return checkID("objectID", objectID)
}

func assignment(w identityapi.TeamsExtensionAssignmentResponse) TeamsExtensionAssignment {
	return TeamsExtensionAssignment{
		TenantID: w.TenantID, ObjectID: w.ObjectID, PrincipalType: PrincipalType(w.PrincipalType), ClientIDs: w.ClientIDs,
	}
}
