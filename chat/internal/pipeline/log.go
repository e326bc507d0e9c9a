package pipeline

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// logPolicy writes one record an attempt: no body, no header but the two ids, no query.
type logPolicy struct {
	logger  *slog.Logger
	message string
}

func (p *logPolicy) Do(req *policy.Request) (*http.Response, error) {
	raw := req.Raw()
	ctx := raw.Context()
	a := attemptsOf(ctx)
	a.count++
	started := time.Now()
	resp, err := req.Next()
	attrs := []slog.Attr{
		slog.String("operation", a.Name),
		slog.String("method", raw.Method),
		slog.String("path", raw.URL.EscapedPath()),
		slog.Int("attempt", a.count),
		slog.Duration("duration", time.Since(started)),
		slog.String("request_id", raw.Header.Get(RequestIDHeader)),
	}
	level := slog.LevelInfo
	if err != nil {
		level = slog.LevelWarn
		attrs = append(attrs, slog.String("error", LogLine(err.Error())))
	} else {
		if resp.StatusCode >= http.StatusBadRequest {
			level = slog.LevelWarn
		}
		attrs = append(attrs, slog.Int("status", resp.StatusCode), slog.String("ms_cv", resp.Header.Get("MS-CV")))
	}
	p.logger.LogAttrs(ctx, level, p.message, attrs...)
	return resp, err
}
