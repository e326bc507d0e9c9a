package bulk

import (
	"context"
	"fmt"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/limits"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// Plan says how long a job takes at least: its requests are sent as soon as the published limits allow.
type Plan struct {
	Items    int       `json:"items"`
	Requests int       `json:"requests"`
	Seconds  float64   `json:"seconds"`         // until the last request may be sent
	Ends     time.Time `json:"ends"`            // when that is
	Limit    string    `json:"limit,omitempty"` // the one that the last request waits for, "" if none does

	noun string
	wait time.Duration
}

// The operations that bulk commands repeat.
const (
	SendMessages    = "ChatThread_SendChatMessage"
	ListMessages    = "ChatThread_ListChatMessages"
	AddParticipants = "ChatThread_AddChatParticipants"
)

// PlanOf plans requests of an operation in one thread, each for a batch of items.
func PlanOf(ctx context.Context, operation, noun string, items, batch int) (Plan, error) {
	p := Plan{Items: items, Requests: requestsFor(items, batch), noun: noun}
	limited, err := limits.New(nil).Plan(ctx, chat.LimitedRequest{Operation: operation}, p.Requests)
	if err != nil {
		return Plan{}, err
	}
	p.wait, p.Seconds, p.Ends = limited.Wait, limited.Wait.Seconds(), time.Now().Add(limited.Wait).Truncate(time.Second)
	if limited.Wait > 0 {
		p.Limit = limited.Limit.String()
	}
	return p, nil
}

// requestsFor returns how many requests a number of items needs.
func requestsFor(items, batch int) int { return items/batch + min(1, items%batch) }

// String describes the plan, as in "100 messages: 100 requests, 3m at least, until 14:05:10. The limit is …".
func (p Plan) String() string {
	text := fmt.Sprintf("%s: %s", show.Count(p.Items, p.noun), show.Count(p.Requests, "request"))
	if p.wait == 0 {
		return text + ", no wait"
	}
	format := time.TimeOnly
	if p.wait >= 24*time.Hour {
		format = "2006-01-02 15:04"
	}
	return fmt.Sprintf("%s, %s at least, until %s. The limit is %s", text, show.Duration(p.wait.Round(time.Second)), p.Ends.Local().Format(format), p.Limit)
}

// Announce says on stderr how long the work takes, if it has to wait for the limits.
func (w *Work) Announce(ctx context.Context, o *show.Output, operation, noun string) error {
	if w.Limiter == nil || w.Total <= w.Skip {
		return nil
	}
	p, err := PlanOf(ctx, operation, noun, w.Total-w.Skip, w.Batch)
	if err != nil || p.wait == 0 {
		return err
	}
	_, err = fmt.Fprintf(o.Err, "%v.\n", p)
	return err
}
