package emulator

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// serve serves requests until the context ends, and then those in progress for as long as Grace allows.
func (e *Emulator) serve(ctx context.Context, l *listener, handler http.Handler, log io.Writer) error {
	server := &http.Server{
		Handler:           handler,
		TLSConfig:         l.config,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		IdleTimeout:       2 * time.Minute,
		// No WriteTimeout: a fault may delay a response by any time.
		ErrorLog: slog.NewLogLogger(serverLog{log}, slog.LevelError),
	}
	ended := make(chan error, 1)
	go func() {
		if l.config == nil {
			ended <- server.Serve(l)
		} else {
			ended <- server.ServeTLS(l, "", "")
		}
	}()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.process.GraceOrDefault())
	defer cancel()
	if server.Shutdown(last) != nil {
		return server.Close()
	}
	return nil
}

// adminPath is the path of --admin.
const adminPath = "/admin"

// handler routes requests. It is not a ServeMux, which would clean paths: the service expects them as they were sent.
func (e *Emulator) handler(service *chattest.Service) http.Handler {
	admin := http.StripPrefix(adminPath, service.AdminHandler())
	health := service.HealthHandler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/healthz" || r.URL.Path == "/readyz":
			health.ServeHTTP(w, r)
		case e.admin && (r.URL.Path == adminPath || strings.HasPrefix(r.URL.Path, adminPath+"/")):
			admin.ServeHTTP(w, r)
		default:
			service.ServeHTTP(w, r)
		}
	})
}
