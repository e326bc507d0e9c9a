package chattest

import (
	"io"
	"net/http"
)

// HealthHandler answers the probes of containers: GET /healthz with 200, GET /readyz with 200 while the service can serve requests and with
// 503 when it is closed or can't read its store. It requires no key, contains no data, and is not protected by [Service.Guard], since a
// probe knows the address of a container and not its name. Probes are not recorded.
func (s *Service) HealthHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if !s.isReady() {
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, "ok\n")
	})
	return mux
}

// isReady reports whether the service can serve requests.
func (s *Service) isReady() bool {
	select {
	case <-s.closing:
		return false
	default:
		return s.store.meta("resource") != nil
	}
}
