package api

import (
	"encoding/json"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/routers"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// isLibrary reports whether a request was sent by the clients of this library.
func isLibrary(q chattest.Request) bool {
	return strings.Contains(q.Header.Get("User-Agent"), "acs-chat-go/")
}

// contentType is the content type of a request to check. Other clients may use either type of the contracts for every operation, or none.
func contentType(q chattest.Request, route *routers.Route) string {
	sent := q.Header.Get("Content-Type")
	media, _, err := mime.ParseMediaType(sent)
	if body := route.Operation.RequestBody; body != nil && !isLibrary(q) &&
		(sent == "" || err == nil && (media == "application/json" || media == "application/merge-patch+json")) {
		return slices.Collect(maps.Keys(body.Value.Content))[0]
	}
	return sent
}

// content is the body of a request to check. Members that are null count as absent in requests of other clients, and so does the customId
// of a preview.
func content(q chattest.Request) []byte {
	var body map[string]any
	if isLibrary(q) || json.Unmarshal(q.Body, &body) != nil || body == nil {
		return q.Body
	}
	if q.Operation == chattest.CreateIdentity {
		delete(body, "customId")
	}
	text, err := json.Marshal(withoutNulls(body))
	if err != nil {
		return q.Body
	}
	return text
}

func withoutNulls(value any) any {
	switch value := value.(type) {
	case map[string]any:
		maps.DeleteFunc(value, func(_ string, member any) bool { return member == nil })
		for name, member := range value {
			value[name] = withoutNulls(member)
		}
	case []any:
		for i, item := range value {
			value[i] = withoutNulls(item)
		}
	}
	return value
}

// withoutInnerError removes the innerError of null that the service has in the refusal of an api-version.
func withoutInnerError(q chattest.Request, body map[string]any) {
	e, _ := body["error"].(map[string]any)
	if inner, ok := e["innerError"]; ok && inner == nil && q.Status == http.StatusBadRequest {
		delete(e, "innerError")
	}
}
