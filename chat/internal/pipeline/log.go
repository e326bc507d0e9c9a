package pipeline

import (
	"log/slog"
	"net/http"
	"time"
)

// sendLogged sends the attempt and logs one record about it, without bodies, queries and headers other than the two ids.
func (a *Attempt) sendLogged() (*http.Response, error) {
	if a.logger == nil {
		return a.sendTraced()
	}
	raw := a.Request
	a.call.count++
	started := time.Now()
	resp, err := a.sendTraced()
	attrs := []slog.Attr{
		slog.String("operation", a.call.Name),
		slog.String("method", raw.Method),
		slog.String("path", raw.URL.EscapedPath()),
		slog.Int("attempt", a.call.count),
		slog.Duration("duration", time.Since(started)),
		slog.String("request_id", LogLine(raw.Header.Get(RequestIDHeader))), // which a caller may set
	}
	level := slog.LevelInfo
	if err != nil {
		level = slog.LevelWarn
		attrs = append(attrs, slog.String("error", LogLine(err.Error())))
	} else {
		if resp.StatusCode >= http.StatusBadRequest {
			level = slog.LevelWarn
		}
		attrs = append(attrs, slog.Int("status", resp.StatusCode), slog.String("ms_cv", LogLine(resp.Header.Get("MS-CV"))))
	}
	a.logger.LogAttrs(raw.Context(), level, a.logMessage, attrs...)
	return resp, err
}
