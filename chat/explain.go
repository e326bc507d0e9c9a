package chat

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/acschat/acs-chat-go/chat/explain"
	"github.com/acschat/acs-chat-go/chat/internal/diagnosis"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// Explain returns the likely causes of an error of this client, its thread clients or pagers, or of a [FailedParticipant].
// threadID is the thread of the call, for errors that do not contain it; it may be "". The explanation of nil is empty, and any
// other has at least one cause.
//
// If the error leaves the cause open, ctx has not ended and the client holds a valid token, Explain reads from the service as the
// user:
//
//   - after a 403 the first participant of the thread, and after a 404 its properties; if that request is refused, up to two pages
//     of the user's threads, and otherwise the message, if the call was about one;
//   - after a 400 of adding participants the first page of participants.
//
// Explain sends at most three requests, each once and for at most five seconds, and never fetches a token. A nil Client, as [NewClient]
// returns with an error, explains from the error alone.
//
// The API operations are ChatThread_GetChatThreadProperties, Chat_ListChatThreads, ChatThread_GetChatMessage and
// ChatThread_ListChatParticipants.
func (c *Client) Explain(ctx context.Context, threadID string, err error) explain.Explanation {
	if err == nil {
		return explain.Explanation{}
	}
	if c == nil {
		return diagnosis.Explain(ctx, factsOf(threadID, err), nil)
	}
	return diagnosis.Explain(ctx, factsOf(threadID, err), prober{c})
}

// Explain is [Client.Explain] for errors of this thread. A nil ThreadClient explains from the error alone.
func (t *ThreadClient) Explain(ctx context.Context, err error) explain.Explanation {
	if t == nil {
		return (*Client)(nil).Explain(ctx, "", err)
	}
	return t.client.Explain(ctx, t.threadID, err)
}

// factsOf collects what is known about a failure.
func factsOf(threadID string, err error) diagnosis.Facts {
	facts := diagnosis.Facts{Err: err, ThreadID: threadID}
	if argument, ok := errors.AsType[*ArgumentError](err); ok {
		facts.Argument = &diagnosis.Argument{Name: argument.Name, Reason: argument.Reason}
	}
	switch {
	case errors.Is(err, errCredentialClosed):
		facts.Closed = "credential"
	case errors.Is(err, ErrClosed):
		facts.Closed = "client"
	}
	if ended, ok := errors.AsType[*pipeline.EndedError](err); ok {
		facts.Ended = ended.Ended
	}
	if failed, ok := errors.AsType[*refreshError](err); ok {
		facts.Fetch = &diagnosis.Fetch{Cause: failed.cause, Expired: errors.Is(failed, errEnded)}
		err = failed.cause
	}
	if refusal, ok := errors.AsType[*Error](err); ok {
		facts.Refusal = refusal.facts()
	}
	return facts
}

func (e *Error) facts() *diagnosis.Refusal {
	r := &diagnosis.Refusal{
		Status: e.StatusCode, Code: e.Code, Message: e.Message, Target: e.Target,
		CorrelationVector: e.CorrelationVector, RetryAfter: e.RetryAfter,
		Participant: e.response == nil, Seen: e.seen,
	}
	if kind := ParseRawID(e.Target).Kind(); e.Target != "" && kind != IdentifierKindCommunicationUser {
		r.TargetKind = string(kind)
	}
	return r
}

// see collects what Explain may need from a response, when it arrives. held is the token of the credential, nil if it is not
// known.
func see(resp *http.Response, held *heldToken) diagnosis.Seen {
	seen, token := diagnosis.See(resp)
	seen.Token.Encrypted = diagnosis.IsEncrypted(token)
	if payload, err := readPayload(token); err == nil && !seen.Token.Encrypted {
		seen.Token = diagnosis.ReadClaims(payload)
	}
	if held != nil && held.Token == token {
		seen.Token.Told, seen.Token.Accepted = held.ExpiresOn, held.accepted.Load()
	}
	return seen
}

// prober reads from the service for Explain.
type prober struct{ client *Client }

func (p prober) Properties(ctx context.Context, threadID string) (time.Time, int) {
	properties, err := p.client.ThreadClient(threadID).GetProperties(probing(ctx))
	return properties.CreatedOn, probeStatus(err)
}

func (p prober) CountParticipants(ctx context.Context, threadID string, pageSize int) (int, int) {
	list := p.client.ThreadClient(threadID).ListParticipants(&ListParticipantsOptions{PageSize: pageSize})
	for page, err := range list.Pages(probing(ctx)) {
		return len(page.Items), probeStatus(err)
	}
	return 0, 0
}

func (p prober) Message(ctx context.Context, threadID, messageID string) (diagnosis.Message, int) {
	m, err := p.client.ThreadClient(threadID).GetMessage(probing(ctx), messageID)
	seen := diagnosis.Message{ID: m.ID, Type: string(m.Type)}
	if m.Sender != nil {
		seen.Sender = m.Sender.RawID()
	}
	return seen, probeStatus(err)
}

func (p prober) FindThread(ctx context.Context, threadID string, pages int) (s diagnosis.Search) {
	for page, err := range p.client.ListThreads(nil).Pages(probing(ctx)) {
		if err != nil {
			return s
		}
		s.Read, s.Complete = true, page.Last
		for _, item := range page.Items {
			if item.ID == threadID {
				s.Found, s.DeletedOn = true, item.DeletedOn
				return s
			}
		}
		if pages--; pages == 0 {
			return s
		}
	}
	return s
}

// probing limits a call to one attempt and five seconds, and prevents it from fetching a token.
func probing(ctx context.Context) context.Context {
	const timeout = 5 * time.Second
	return withoutTokenFetch(policy.WithRetryOptions(ctx, policy.RetryOptions{MaxRetries: -1, TryTimeout: timeout}))
}

// probeStatus is the status of an answer that tells something, 0 for any other and for none.
func probeStatus(err error) int {
	if err == nil {
		return http.StatusOK
	}
	if refusal, ok := errors.AsType[*Error](err); ok && refusal.StatusCode >= http.StatusBadRequest {
		return refusal.StatusCode
	}
	return 0
}
