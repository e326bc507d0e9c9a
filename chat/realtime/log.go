package realtime

import (
	"log/slog"
	"time"

	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// The logger is that of the client. The requests are in it like those of the client.

func (l *Listener) logState(state State, cause error, retryIn time.Duration) {
	logger := l.service.pipeline.Logger()
	if logger == nil {
		return
	}
	level, attrs := slog.LevelInfo, []slog.Attr{slog.String("state", string(state))}
	if cause != nil {
		level = slog.LevelWarn
		attrs = append(attrs, slog.String("error", pipeline.LogLine(cause.Error())))
	}
	if retryIn > 0 {
		attrs = append(attrs, slog.Duration("retry_in", retryIn))
	}
	logger.LogAttrs(l.ctx, level, "realtime state", attrs...)
}

func (l *Listener) logGap(gap events.Gap) {
	if logger := l.service.pipeline.Logger(); logger != nil {
		logger.LogAttrs(l.ctx, slog.LevelWarn, "realtime gap", slog.String("reason", string(gap.Reason)), slog.Time("last_heard", gap.LastHeard))
	}
}

func (l *Listener) logUnreadable(kind string, err error) {
	if logger := l.service.pipeline.Logger(); logger != nil {
		logger.LogAttrs(l.ctx, slog.LevelWarn, "realtime event not read", slog.String("kind", pipeline.LogLine(kind)),
			slog.String("error", pipeline.LogLine(err.Error())))
	}
}
