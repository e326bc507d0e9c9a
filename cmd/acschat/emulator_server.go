package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// patience is how long requests under way may take to finish after the interrupt.
const patience = 3 * time.Second

// serve answers at the door until the context ends, and then what is under way.
func serve(ctx context.Context, d *door, handler http.Handler, complaints io.Writer) error {
	server := &http.Server{
		Handler:           handler,
		TLSConfig:         d.config,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		IdleTimeout:       2 * time.Minute,
		// No limit on writing: a fault may hold an answer back for as long as one likes.
		ErrorLog: slog.NewLogLogger(complaintHandler{complaints}, slog.LevelError),
	}
	ended := make(chan error, 1)
	go func() {
		if d.config == nil {
			ended <- server.Serve(d)
		} else {
			ended <- server.ServeTLS(d, "", "")
		}
	}()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if server.Shutdown(last) != nil {
		return server.Close()
	}
	return nil
}

// adminPath is where --admin lets programs drive the service.
const adminPath = "/admin"

// handler says who answers what. A mux would not do: it cleans paths, and the service wants them as they came.
func (e *emulator) handler(service *chattest.Service) http.Handler {
	admin := http.StripPrefix(adminPath, service.AdminHandler())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case e.admin && strings.HasPrefix(r.URL.Path, adminPath+"/"):
			admin.ServeHTTP(w, r)
		default:
			service.ServeHTTP(w, r)
		}
	})
}
