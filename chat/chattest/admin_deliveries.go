package chattest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/acschat/acs-chat-go/chat/events"
)

// subscriptionRecord is a subscription in the list.
type subscriptionRecord struct {
	Name       string            `json:"name"`
	URL        string            `json:"url"`
	Schema     events.Schema     `json:"schema"`
	EventTypes []string          `json:"eventTypes,omitempty"`
	State      SubscriptionState `json:"state"`
	Outcome    string            `json:"outcome,omitzero"`
}

func recordOf(e *Subscription) subscriptionRecord {
	return subscriptionRecord{e.Name(), e.URL(), e.Schema(), e.EventTypes(), e.State(), e.Outcome()}
}

func (a adminAPI) listSubscriptions(w http.ResponseWriter, _ *http.Request) {
	list := []subscriptionRecord{}
	for _, e := range a.s.Subscriptions() {
		list = append(list, recordOf(e))
	}
	writeJSON(w, http.StatusOK, map[string]any{"value": list})
}

func (a adminAPI) addSubscription(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		URL               string        `json:"url"`
		Name              string        `json:"name"`
		Schema            events.Schema `json:"schema"`
		EventTypes        []string      `json:"eventTypes"`
		MaxEventsPerBatch int           `json:"maxEventsPerBatch"`
		Concurrency       int           `json:"concurrency"`
	}
	err := readJSON(r, &asked)
	var e *Subscription
	if err == nil {
		e, err = a.s.DeliverEventsTo(asked.URL, &SubscriptionOptions{
			Name: asked.Name, Schema: asked.Schema, EventTypes: asked.EventTypes, MaxEventsPerBatch: asked.MaxEventsPerBatch, Concurrency: asked.Concurrency,
		})
	}
	switch {
	case errors.Is(err, errServiceClosed):
		writeError(w, http.StatusInternalServerError, err)
	case errors.Is(err, errNameTaken):
		writeError(w, http.StatusConflict, err)
	case err != nil:
		writeError(w, http.StatusBadRequest, err)
	default:
		writeJSON(w, http.StatusCreated, recordOf(e))
	}
}

// removeSubscriptions removes one subscription, or all without a name.
func (a adminAPI) removeSubscriptions(w http.ResponseWriter, r *http.Request) {
	names := r.URL.Query()["name"]
	for _, e := range a.s.Subscriptions() {
		if len(names) == 0 || slices.Contains(names, e.Name()) {
			e.Remove()
		}
	}
	w.WriteHeader(http.StatusNoContent)
}

// deliveryListing is a delivery in the list.
type deliveryListing struct {
	ID           string         `json:"id"`
	Subscription string         `json:"subscription"`
	Type         string         `json:"type"`
	Status       DeliveryStatus `json:"status"`
	Attempts     int            `json:"attempts"`
	Next         time.Time      `json:"next,omitzero"`
	Outcome      string         `json:"outcome,omitzero"`
	Event        events.Event   `json:"event"`
}

// maxWait is how long a request may wait for deliveries.
const maxWait = time.Minute

func (a adminAPI) listDeliveries(w http.ResponseWriter, r *http.Request) {
	status, err := statusIn(r, DeliveryWaiting, DeliveryRunning, DeliveryDelivered, DeliveryFailed)
	if err == nil {
		err = a.waitForDeliveries(r)
	}
	if err != nil {
		writeError(w, http.StatusBadRequest, err)
		return
	}
	list := []deliveryListing{}
	for _, d := range a.s.Deliveries() {
		if status == "" || status == d.Status {
			list = append(list, deliveryListing{d.ID, d.Subscription, d.Type, d.Status, d.Attempts, d.Next, d.Outcome, d.Event})
		}
	}
	list, err = latest(r, list)
	if err != nil {
		writeError(w, http.StatusBadRequest, err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"value": list})
}

// statusIn returns the status in the query of a request, which may be absent or one of those allowed.
func statusIn(r *http.Request, allowed ...DeliveryStatus) (DeliveryStatus, error) {
	query := r.URL.Query()
	status := DeliveryStatus(query.Get("status"))
	if !query.Has("status") || slices.Contains(allowed, status) {
		return status, nil
	}
	return "", fmt.Errorf("status must be one of %s", allowed)
}

// waitForDeliveries waits for the deliveries that are due, up to a duration in the query of a request. Without one it does not wait.
func (a adminAPI) waitForDeliveries(r *http.Request) error {
	query := r.URL.Query()
	if !query.Has("wait") {
		return nil
	}
	d, err := time.ParseDuration(query.Get("wait"))
	if err != nil || d < 0 || d > maxWait {
		return fmt.Errorf(`wait must be a duration up to %s, such as "10s"`, maxWait)
	}
	ctx, cancel := context.WithTimeout(r.Context(), d)
	defer cancel()
	_ = a.s.WaitForDeliveries(ctx) // the list shows what is still in progress
	return nil
}

func (a adminAPI) redeliver(w http.ResponseWriter, r *http.Request) {
	a.changeDelivery(w, r, a.s.Redeliver)
}

func (a adminAPI) removeDelivery(w http.ResponseWriter, r *http.Request) {
	a.changeDelivery(w, r, a.s.RemoveDelivery)
}

func (a adminAPI) changeDelivery(w http.ResponseWriter, r *http.Request, change func(id string) error) {
	switch err := change(r.PathValue("id")); {
	case errors.Is(err, errUnknownDelivery):
		writeError(w, http.StatusNotFound, err)
	case errors.Is(err, errDeliveryIsBusy), errors.Is(err, errNoSubscription):
		writeError(w, http.StatusConflict, err)
	case err != nil:
		writeError(w, http.StatusInternalServerError, err)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// removeDeliveries removes all deliveries that are not in progress, or those of them with a status.
func (a adminAPI) removeDeliveries(w http.ResponseWriter, r *http.Request) {
	status, err := statusIn(r, DeliveryWaiting, DeliveryDelivered, DeliveryFailed)
	if err != nil {
		writeError(w, http.StatusBadRequest, err)
		return
	}
	if err := a.s.removeDeliveries(status); err != nil {
		writeError(w, http.StatusInternalServerError, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
