package inspector

import (
	"crypto/subtle"
	"net/http"
	"net/netip"
)

// maxForm is more than any form of the page has.
const maxForm = 16 << 10

// withHeaders says what a browser may do with the page: nothing but what is in it. The referrer stays within the page's own origin;
// a browser told to send none at all would not say whose form it posts.
func withHeaders(next http.Handler) http.Handler {
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

// onThisMachine refuses other machines. They can name any host, and the page asks nobody for a key.
func onThisMachine(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil || !from.Addr().Unmap().IsLoopback() {
			http.Error(w, "this page is for browsers on the machine that the emulator runs on", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// checkForms refuses what changes something, unless it comes from a page that this process has made.
func (i *Inspector) checkForms(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			r.Body = http.MaxBytesReader(w, r.Body, maxForm)
			if subtle.ConstantTimeCompare([]byte(r.PostFormValue("csrf")), []byte(i.csrf)) != 1 {
				http.Error(w, "this form is of a page from before the emulator was started: load the page again", http.StatusForbidden)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}
