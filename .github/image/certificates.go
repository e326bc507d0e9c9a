package main

import (
	"bytes"
	"encoding/pem"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// certificates returns the authorities that Mozilla trusts without restrictions, in the form that programs expect in a file.
// They come with a module, so that the image needs no files of the machine it is made on, and are updated like other modules.
// An authority with a restriction, such as the date after which its certificates are not trusted, is left out: a file of
// certificates cannot state it.
func certificates() []byte {
	var file bytes.Buffer
	for root := range bundle.Roots() {
		if root.Constraint == nil {
			file.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate}))
		}
	}
	return file.Bytes()
}
