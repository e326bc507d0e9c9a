package main

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

// logRequest writes a line for a request: when, what came out, what was asked, how long it took, who asked and, where the answer
// does not tell, why it was refused.
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

// logLine writes one line of what others sent: nothing in it moves the cursor, and no secret is in it.
func logLine(out io.Writer, text string) {
	_, _ = io.WriteString(out, time.Now().Format("15:04:05.000")+"  "+redact.Text(harmless.Line(text))+"\n")
}

// complaintHandler writes what net/http has to say of connections. Most of it is about clients that do not trust the certificate,
// and some of them just go.
type complaintHandler struct{ out io.Writer }

func (h complaintHandler) Enabled(context.Context, slog.Level) bool { return true }
func (h complaintHandler) WithAttrs([]slog.Attr) slog.Handler       { return h }
func (h complaintHandler) WithGroup(string) slog.Handler            { return h }

func (h complaintHandler) Handle(_ context.Context, r slog.Record) error {
	hint := ""
	if strings.Contains(r.Message, "TLS handshake") && !strings.Contains(r.Message, "HTTP request") {
		hint = "; does this client trust the certificate?"
	}
	logLine(h.out, r.Message+hint)
	return nil
}
