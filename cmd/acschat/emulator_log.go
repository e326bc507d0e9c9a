package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// logged writes a line for each request when it is answered: when, what came out, what was asked, how long it took.
func logged(next http.Handler, out io.Writer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		answer := &statusWriter{ResponseWriter: w}
		outcome := "cut" // whoever breaks a connection panics
		defer func() {
			logLine(out, "%s  %-6s %s  %v", outcome, r.Method, r.RequestURI, time.Since(start).Round(10*time.Microsecond))
		}()
		next.ServeHTTP(answer, r)
		outcome = fmt.Sprint(answer.status)
	})
}

// statusWriter remembers the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap leads http.ResponseController to the rest.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// logLine writes one line of what others sent: nothing in it moves the cursor, and no secret is in it.
func logLine(out io.Writer, format string, args ...any) {
	text := withoutSecrets(printable(fmt.Sprintf(format, args...)))
	_, _ = io.WriteString(out, time.Now().Format("15:04:05.000")+"  "+text+"\n")
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
	logLine(h.out, "%s%s", r.Message, hint)
	return nil
}
