package inspector

import (
	"crypto/sha256"
	"embed"
	"fmt"
	"net/http"
)

//go:embed assets
var assets embed.FS

// assetNames lists the files that the page loads.
func assetNames() []string { return []string{"page.css", "page.js", "icon.svg"} }

// assetURL returns the URL of a file, which changes with its content.
func assetURL(name string) string {
	content, err := assets.ReadFile("assets/" + name)
	if err != nil {
		panic(err) // it is embedded
	}
	return fmt.Sprintf("%s%s?v=%x", prefix, name, sha256.Sum256(content))[:len(prefix)+len(name)+len("?v=")+16]
}

// serveAsset returns the handler of a file. Browsers keep it, so that a page that is opened again is painted without waiting for it.
func serveAsset(name string) http.HandlerFunc {
	url := assetURL(name)
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RequestURI() == url {
			w.Header().Set("Cache-Control", "private, max-age=31536000, immutable")
		}
		http.ServeFileFS(w, r, assets, "assets/"+name)
	}
}
