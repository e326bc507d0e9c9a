package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// Upgrade has dial change the protocol of a connection, as a WebSocket does: dial sends one request with the client that it gets, and
// keeps the connection. That client uses the transport of the pipeline, sends no token and follows no redirect. dial returns the response
// also with an error, if there is one; its body is then the beginning of an error's.
//
// The request is traced and logged as op. path is logged as its path, and the URL is in no error: it may contain a secret.
func (p *Pipeline) Upgrade(
	ctx context.Context, op Operation, path string, dial func(context.Context, *http.Client) (*http.Response, error),
) (err error) {
	if owner := p.closedOwner(); owner != "" {
		return fmt.Errorf("%s: the %s is %w", op.Action, owner, ErrClosed)
	}
	ctx, endSpan := p.startSpan(ctx, op.Name)
	defer func() { endSpan(err) }()
	ctx = context.WithValue(ctx, callKey{}, &call{Operation: op, caller: p.caller})

	started := time.Now()
	resp, err := dial(ctx, &http.Client{Transport: upgrader{p.shared}, CheckRedirect: noRedirect}) //nolint:bodyclose // dial keeps the connection, or has closed it
	switch {
	case err == nil:
	case resp != nil && resp.StatusCode != http.StatusSwitchingProtocols:
		err = p.refuse(ctx, op.Action, resp, "")
	default:
		err = fmt.Errorf("%s: %w", op.Action, withoutURL(err))
	}
	p.logUpgrade(ctx, op, path, time.Since(started), resp, err)
	return err
}

func (s *shared) logUpgrade(ctx context.Context, op Operation, path string, took time.Duration, resp *http.Response, err error) {
	if s.logger == nil {
		return
	}
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("operation", op.Name), slog.String("method", http.MethodGet), slog.String("path", path), slog.Duration("duration", took),
	}
	if resp != nil {
		attrs = append(attrs, slog.Int("status", resp.StatusCode), slog.String("ms_cv", resp.Header.Get("MS-CV")))
	}
	if err != nil {
		level = slog.LevelWarn
		attrs = append(attrs, slog.String("error", LogLine(err.Error())))
	}
	s.logger.LogAttrs(ctx, level, s.logMessage, attrs...)
}

// withoutURL returns what is wrapped in the errors of an http.Client, which contain the URL.
func withoutURL(err error) error {
	for {
		failed, ok := errors.AsType[*url.Error](err)
		if !ok {
			return err
		}
		err = failed.Err
	}
}

// upgrader sends a request below the policies. What it returns is not read, so that the body of the response can be the connection.
type upgrader struct{ *shared }

// RoundTrip sends the request under the pipeline's User-Agent.
func (u upgrader) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	if u.userAgent != "" {
		req.Header.Set("User-Agent", u.userAgent)
	}
	return u.transport.forUpgrade().Do(req)
}

// forUpgrade is the transport without a timeout that would end the connection, and hide it behind a body of its own.
func (t *transport) forUpgrade() policy.Transporter {
	client, ok := t.next.(*http.Client)
	if !ok {
		return t.next
	}
	untimed := *client
	untimed.Timeout = 0
	return &untimed
}
