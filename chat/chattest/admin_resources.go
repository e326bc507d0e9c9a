package chattest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// resource is what the admin handler does with one method of one path.
type resource struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Does   string `json:"does"`

	serve http.HandlerFunc
}

func (a adminAPI) resources() []resource {
	return []resource{
		{"GET", "/faults", "list the faults that may still hit a request", a.listFaults},
		{"POST", "/faults", `inject a fault: {"operation":"SendChatMessage","status":503,"times":2}`, a.addFault},
		{"DELETE", "/faults", "remove all faults", a.removeFaults},
		{"DELETE", "/faults/{id}", "remove a fault", a.removeFault},
		{"GET", "/clock", "read the clock of the service", a.readClock},
		{"POST", "/clock", `move the clock: {"advance":"1h"}`, a.advanceClock},
		{"GET", "/requests", "list requests and responses: ?operation=SendChatMessage&last=20", a.listRequests},
		{"DELETE", "/requests", "remove the requests from the list", a.forgetRequests},
		{"GET", "/events", "list events and their recipients: ?kind=chatMessageReceived&last=20", a.listEvents},
		{"GET", "/connections", "list the open real-time connections", a.listConnections},
		{"DELETE", "/connections", "drop real-time connections, all or those of ?user=", a.dropConnections},
		{"GET", "/subscriptions", "list the event subscriptions", a.listSubscriptions},
		{"POST", "/subscriptions", `deliver events to a webhook: {"url":"http://localhost:3000/events"}`, a.addSubscription},
		{"DELETE", "/subscriptions", "remove event subscriptions, all or those of ?name=", a.removeSubscriptions},
		{"GET", "/deliveries", "list deliveries to webhooks: ?status=failed&last=20; ?wait=10s waits for those that are due", a.listDeliveries},
		{"POST", "/deliveries/{id}", "deliver an event again", a.redeliver},
		{"DELETE", "/deliveries", "remove the deliveries from the list, all or those with ?status=", a.removeDeliveries},
		{"DELETE", "/deliveries/{id}", "remove a delivery", a.removeDelivery},
		{"POST", "/reset", "delete everything", a.reset},
		{"GET", "/seed", "write the state down as a seed", a.dump},
		{"POST", "/snapshot", `take a snapshot: {"name":"base"}`, a.takeSnapshot},
		{"DELETE", "/snapshot", "remove snapshots, all or those of ?name=", a.removeSnapshots},
		{"POST", "/restore", `restore a snapshot: {"name":"base"}`, a.restoreSnapshot},
	}
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
