package chattest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// sealedHeader is the header of an encrypted token, which contains a signed one.
const sealedHeader = `{"alg":"RSA-OAEP-256","enc":"A256GCM","typ":"JWT","cty":"JWT"}`

// seal encrypts a signed token, as a JSON Web Encryption with five parts (RFC 7516). Only the service can read its claims.
func (s *Service) seal(token string) string {
	key, nonce := make([]byte, 32), make([]byte, 12)
	_, _ = rand.Read(key) // never fails
	_, _ = rand.Read(nonce)
	wrapped, err := rsa.EncryptOAEP(sha256.New(), rand.Reader, &s.signingKey().PublicKey, key, nil)
	if err != nil {
		panic("chattest: encrypt a token: " + err.Error())
	}
	header := base64.RawURLEncoding.EncodeToString([]byte(sealedHeader))
	gcm := newGCM(key)
	sealed := gcm.Seal(nil, nonce, []byte(token), []byte(header))
	end := len(sealed) - gcm.Overhead()
	parts := []string{header}
	for _, part := range [][]byte{wrapped, nonce, sealed[:end], sealed[end:]} {
		parts = append(parts, base64.RawURLEncoding.EncodeToString(part))
	}
	return strings.Join(parts, ".")
}

// unseal returns the signed token in an encrypted one. It reports false if the token was not encrypted by this service.
func (s *Service) unseal(token string) (signed string, ok bool) {
	header, rest, _ := strings.Cut(token, ".")
	var parts [4][]byte
	for i, text := range strings.SplitN(rest, ".", len(parts)) {
		var err error
		if parts[i], err = decodeCanonical(base64.RawURLEncoding, text); err != nil {
			return "", false
		}
	}
	wrapped, nonce, text, tag := parts[0], parts[1], parts[2], parts[3]
	key, err := rsa.DecryptOAEP(sha256.New(), nil, s.signingKey(), wrapped, nil)
	if err != nil || len(key) != 32 {
		return "", false
	}
	gcm := newGCM(key)
	if len(nonce) != gcm.NonceSize() {
		return "", false
	}
	opened, err := gcm.Open(nil, nonce, append(text, tag...), []byte(header))
	return string(opened), err == nil
}

// newGCM is the cipher for a key of 32 bytes.
func newGCM(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic("chattest: " + err.Error())
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic("chattest: " + err.Error())
	}
	return gcm
}
