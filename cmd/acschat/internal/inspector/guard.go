package inspector

import (
	"crypto/subtle"
	"net/http"
	"net/netip"
)

// maxForm exceeds the size of every form of the page. A message has up to 28 KB, of which each byte may be escaped.
const maxForm = 128 << 10

// withSecurityHeaders restricts the page to its own resources. The referrer is sent within the origin: without one a browser does not
// tell the origin of a form.
func withSecurityHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "+
			"form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// loopbackOnly rejects other machines unless they are allowed, since the page needs no key. They can send any Host header, so it is the
// address that counts.
func (i *Inspector) loopbackOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, err := netip.ParseAddrPort(r.RemoteAddr)
		if !i.AllowRemote && (err != nil || !from.Addr().Unmap().IsLoopback()) {
			http.Error(w, "this page is only for browsers on the machine of the emulator; in a container, run the emulator with --host NAME", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// checkForms rejects changes that do not come from a page of this process.
func (i *Inspector) checkForms(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			r.Body = http.MaxBytesReader(w, r.Body, maxForm)
			if subtle.ConstantTimeCompare([]byte(r.PostFormValue("csrf")), []byte(i.csrf)) != 1 {
				http.Error(w, "this page is older than the emulator: reload it", http.StatusForbidden)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}
