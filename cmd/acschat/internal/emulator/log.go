package emulator

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/redact"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
)

// logRequest writes a line for a request: time, status, request, duration, user and, where the response does not tell, why it was
// refused.
func logRequest(out io.Writer, q chattest.Request) {
	line := fmt.Sprintf("%d  %-6s %s  %v", q.Status, q.Method, q.Target, q.Duration.Round(10*time.Microsecond))
	if q.User.ID != "" {
		line += "  " + q.User.ID
	}
	if q.Refused != "" {
		line += "  refused: " + q.Refused
	}
	if q.Fault != 0 {
		line += fmt.Sprint("  by fault ", q.Fault)
	}
	logLine(out, line)
}

// logLine writes a line of text from clients, without control characters and secrets.
func logLine(out io.Writer, text string) {
	_, _ = io.WriteString(out, time.Now().Format("15:04:05.000")+"  "+redact.Text(harmless.Line(text))+"\n")
}

// serverLog writes what net/http reports about connections: mostly clients that do not trust the certificate.
type serverLog struct{ out io.Writer }

func (h serverLog) Enabled(context.Context, slog.Level) bool { return true }
func (h serverLog) WithAttrs([]slog.Attr) slog.Handler       { return h }
func (h serverLog) WithGroup(string) slog.Handler            { return h }

func (h serverLog) Handle(_ context.Context, r slog.Record) error {
	hint := ""
	if strings.Contains(r.Message, "TLS handshake") && !strings.Contains(r.Message, "HTTP request") {
		hint = "; does this client trust the certificate?"
	}
	logLine(h.out, r.Message+hint)
	return nil
}
