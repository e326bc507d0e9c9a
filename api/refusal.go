package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/getkin/kin-openapi/openapi3filter"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// checkRefusal checks the headers of an error response, if the contract lists its status, and its body.
func checkRefusal(q chattest.Request, request *openapi3filter.RequestValidationInput) error {
	headers := &openapi3filter.Options{ExcludeResponseBody: true}
	if err := openapi3filter.ValidateResponse(request.Request.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: request, Status: q.Status, Header: q.ReplyHeader, Options: headers,
	}); err != nil {
		return fmt.Errorf("the response: %w", err)
	}
	if len(q.Reply) == 0 {
		if q.Status != http.StatusUnauthorized {
			return errors.New("the response: only a 401 has no body")
		}
		return nil
	}
	var body map[string]any
	if err := json.Unmarshal(q.Reply, &body); err != nil {
		return fmt.Errorf("the response: %w", err)
	}
	if _, ok := body["CommunicationError"]; ok {
		return checkRecorded(q.Reply)
	}
	withoutInnerError(q, body)
	if err := errorSchema(request.Route).VisitJSON(body); err != nil {
		return fmt.Errorf("the response: %w", err)
	}
	return nil
}

// checkRecorded checks the form of an error that the chat API has in recordings.
func checkRecorded(reply []byte) error {
	var body struct {
		CommunicationError struct {
			Code    string
			Message *string
			Details []struct{}
		}
	}
	decoder := json.NewDecoder(bytes.NewReader(reply))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&body); err != nil {
		return fmt.Errorf("the response: %w", err)
	}
	if e := body.CommunicationError; e.Code == "" || e.Details == nil || len(e.Details) > 0 {
		return errors.New("the response: a recorded error has a Code and empty Details")
	}
	return nil
}
