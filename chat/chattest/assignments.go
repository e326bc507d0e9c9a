package chattest

import (
	"bytes"
	"encoding/json"
	"net/http"

	"go.etcd.io/bbolt"

	"github.com/acschat/acs-chat-go/gen/identityapi"
)

// errNoAssignment is the response for a principal without an assignment.
var errNoAssignment = &refusal{status: http.StatusNotFound, code: "NotFound", message: "The assignment was not found."}

func (c *call) getAssignment(tenantID, objectID string) (body []byte, err error) {
	err = c.s.store.view(func(tx *bbolt.Tx) error {
		body = bytes.Clone(tx.Bucket([]byte(assignmentsBucket)).Get(entraKey(tenantID, objectID)))
		if body == nil {
			return errNoAssignment
		}
		return nil
	})
	return body, err
}

// putAssignment creates or replaces an assignment.
func (c *call) putAssignment(tenantID, objectID string) (body []byte, isNew bool, err error) {
	var request identityapi.TeamsExtensionAssignmentCreateOrUpdateRequest
	if json.Unmarshal(c.body, &request) != nil {
		return nil, false, errInvalidBody
	}
	switch {
	case request.PrincipalType == "":
		return nil, false, missing("PrincipalType")
	case !request.PrincipalType.Valid():
		return nil, false, invalid("principalType", "Provided PrincipalType is not valid.")
	}
	body = encode(identityapi.TeamsExtensionAssignmentResponse{
		ObjectID: objectID, TenantID: tenantID, PrincipalType: request.PrincipalType, ClientIDs: request.ClientIDs,
	})
	err = c.s.store.update(func(tx *bbolt.Tx) error {
		assignments := tx.Bucket([]byte(assignmentsBucket))
		isNew = assignments.Get(entraKey(tenantID, objectID)) == nil
		return assignments.Put(entraKey(tenantID, objectID), body)
	})
	return body, isNew, err
}

func (c *call) deleteAssignment(tenantID, objectID string) error {
	return c.s.store.update(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(assignmentsBucket)).Delete(entraKey(tenantID, objectID))
	})
}
