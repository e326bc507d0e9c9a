package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// Check returns an error if a request or its response is not what the contracts say, apart from the exceptions above. It is safe for
// concurrent use.
func Check(q chattest.Request) error {
	if err := check(q); err != nil {
		return fmt.Errorf("%s %s: %d, %s: %w", q.Method, q.Target, q.Status, q.Operation, err)
	}
	return nil
}

func check(q chattest.Request) error {
	route, ok := routes()[string(q.Operation)]
	switch {
	case ok:
	case q.Operation == "":
		return checkUnrouted(q)
	case q.Operation == chattest.ExchangeEntraToken, slices.Contains(chattest.RealtimeOperations(), q.Operation):
		return nil
	default:
		return errors.New("no contract has the operation")
	}
	request, err := received(q, route)
	if err != nil {
		return err
	}
	if q.Fault != 0 {
		return nil
	}
	if q.Status >= http.StatusBadRequest {
		return checkRefusal(q, request)
	}
	if err := checkRequest(q, request); err != nil {
		return err
	}
	return checkSuccess(q, request)
}

// checkUnrouted checks a request that called no operation: preflights of browsers are answered, everything else is refused.
func checkUnrouted(q chattest.Request) error {
	if q.Fault == 0 && q.Status < http.StatusBadRequest && q.Method != http.MethodOptions {
		return errors.New("success without an operation")
	}
	return nil
}

// received is a recorded request as the validator takes it. The parameters are those that count in a link to a next page.
func received(q chattest.Request, route *routers.Route) (*openapi3filter.RequestValidationInput, error) {
	target, err := url.ParseRequestURI(q.Target)
	if err != nil {
		return nil, err
	}
	arguments, ok := wildcards(route, q.Method, target.EscapedPath())
	if !ok {
		return nil, errors.New("the operation has another method or path: " + route.Method + " " + route.Path)
	}
	query := make(url.Values, len(q.Query))
	for name, values := range q.Query {
		if name != "startTime" || !q.Query.Has("syncState") {
			query[name] = values[:1]
		}
	}
	header, body := q.Header.Clone(), content(q)
	header.Set("Content-Type", contentType(q, route))
	return &openapi3filter.RequestValidationInput{
		Request: &http.Request{
			Method: q.Method, URL: target, Header: header, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
		},
		PathParams: arguments, QueryParams: query, Route: route,
		Options: &openapi3filter.Options{
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, SkipSettingDefaults: true, IncludeResponseStatus: true,
		},
	}, nil
}

func checkRequest(q chattest.Request, request *openapi3filter.RequestValidationInput) error {
	if err := openapi3filter.ValidateRequest(request.Request.Context(), request); err != nil {
		return fmt.Errorf("the request: %w", err)
	}
	if len(q.Body) > 0 && request.Route.Operation.RequestBody == nil {
		return errors.New("the request: it must have no body")
	}
	return nil
}

func checkSuccess(q chattest.Request, request *openapi3filter.RequestValidationInput) error {
	err := openapi3filter.ValidateResponse(request.Request.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: request, Status: q.Status, Header: q.ReplyHeader, Body: io.NopCloser(bytes.NewReader(q.Reply)),
		Options: request.Options,
	})
	if err != nil {
		return fmt.Errorf("the response: %w", err)
	}
	if len(q.Reply) > 0 && len(request.Route.Operation.Responses.Status(q.Status).Value.Content) == 0 {
		return errors.New("the response: it must have no body")
	}
	return nil
}
