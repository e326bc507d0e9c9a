package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"
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

// handler says who answers what. A mux would not do: the service wants paths as they came.
func (e *emulator) handler(service http.Handler, lines io.Writer) http.Handler {
	if e.log {
		return logged(service, lines)
	}
	return service
}
