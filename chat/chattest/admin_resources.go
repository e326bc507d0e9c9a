package chattest

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// resource is what the admin handler does with one method of one path.
type resource struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Does   string `json:"does"`

	input input
	serve http.HandlerFunc
}

// input is what a resource reads from a request besides its path.
type input struct {
	body   bool     // JSON
	lists  []string // query parameters that may be given more than once
	values []string // query parameters that may not
}

func (a adminAPI) resources() []resource {
	none, body := input{}, input{body: true}
	names, users, status := input{lists: []string{"name"}}, input{lists: []string{"user"}}, input{values: []string{"status"}}
	requests := input{lists: []string{"operation"}, values: []string{"last"}}
	events := input{lists: []string{"kind"}, values: []string{"last"}}
	deliveries := input{values: []string{"status", "last", "wait"}}
	return []resource{
		{"GET", "/faults", "list the faults that may still hit a request", none, a.listFaults},
		{"POST", "/faults", `inject a fault: {"operation":"SendChatMessage","status":503,"times":2}`, body, a.addFault},
		{"DELETE", "/faults", "remove all faults", none, a.removeFaults},
		{"DELETE", "/faults/{id}", "remove a fault", none, a.removeFault},
		{"GET", "/clock", "read the clock of the service", none, a.readClock},
		{"POST", "/clock", `move the clock: {"advance":"1h"}`, body, a.advanceClock},
		{"GET", "/requests", "list requests and responses: ?operation=SendChatMessage&last=20", requests, a.listRequests},
		{"DELETE", "/requests", "remove the requests from the list", none, a.forgetRequests},
		{"GET", "/events", "list events and their recipients: ?kind=chatMessageReceived&last=20", events, a.listEvents},
		{"GET", "/connections", "list the open real-time connections", none, a.listConnections},
		{"DELETE", "/connections", "drop real-time connections, all or those of ?user=", users, a.dropConnections},
		{"GET", "/subscriptions", "list the event subscriptions", none, a.listSubscriptions},
		{"POST", "/subscriptions", `deliver events to a webhook: {"url":"http://localhost:3000/events"}`, body, a.addSubscription},
		{"DELETE", "/subscriptions", "remove event subscriptions, all or those of ?name=", names, a.removeSubscriptions},
		{"GET", "/deliveries", "list deliveries to webhooks: ?status=failed&last=20; ?wait=10s waits for those that are due", deliveries, a.listDeliveries},
		{"POST", "/deliveries/{id}", "deliver an event again", none, a.redeliver},
		{"DELETE", "/deliveries", "remove the deliveries from the list, all or those with ?status=", status, a.removeDeliveries},
		{"DELETE", "/deliveries/{id}", "remove a delivery", none, a.removeDelivery},
		{"POST", "/reset", "delete everything", none, a.reset},
		{"GET", "/seed", "write the state down as a seed", none, a.dump},
		{"POST", "/snapshot", `take a snapshot: {"name":"base"}`, body, a.takeSnapshot},
		{"DELETE", "/snapshot", "remove snapshots, all or those of ?name=", names, a.removeSnapshots},
		{"POST", "/restore", `restore a snapshot: {"name":"base"}`, body, a.restoreSnapshot},
	}
}

// ServeHTTP refuses a query or a body that the resource does not read: a misspelt name would otherwise select everything.
func (e resource) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := e.input.check(r); err != nil {
		writeError(w, http.StatusBadRequest, err)
		return
	}
	e.serve(w, r)
}

func (n input) check(r *http.Request) error {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return fmt.Errorf("the query is malformed: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		switch {
		case slices.Contains(n.lists, name):
		case !slices.Contains(n.values, name):
			return fmt.Errorf("there is no query parameter %q here; there is %s", name, n.parameters())
		case len(query[name]) > 1:
			return fmt.Errorf("%s is there more than once in the query", name)
		}
	}
	if n.body {
		return nil
	}
	if err := readOptionalJSON(r, &struct{}{}); err != nil {
		return fmt.Errorf("%w: the body has no members here, and the query has %s", err, n.parameters())
	}
	return nil
}

// parameters names the query parameters.
func (n input) parameters() string {
	return cmp.Or(strings.Join(slices.Concat(n.lists, n.values), ", "), "none")
}

// listResources lists the resources and the operations.
func (a adminAPI) listResources(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{"resources": a.resources(), "operations": allOperations()})
}

func allOperations() []Operation {
	return slices.Concat(Operations(), RealtimeOperations(), EventGridOperations())
}

// operationNamed finds the operation with a name, which may lack the group if no other operation has the same name. The empty name and
// "*" stand for themselves.
func operationNamed(name string) (Operation, error) {
	if op := Operation(name); op == "" || op.Valid() {
		return op, nil
	}
	var found []string
	for _, op := range allOperations() {
		if _, short, _ := strings.Cut(string(op), "_"); strings.EqualFold(short, name) {
			found = append(found, string(op))
		}
	}
	switch len(found) {
	case 0:
		return "", fmt.Errorf("there is no operation %q", name)
	case 1:
		return Operation(found[0]), nil
	}
	return "", fmt.Errorf("the operation %q is ambiguous: %s", name, strings.Join(found, ", "))
}
