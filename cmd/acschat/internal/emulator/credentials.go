package emulator

import (
	"cmp"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/identity"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// The variables that stand for flags, so that other users of the machine do not see a key in the list of processes.
const (
	accessKeyVariable     = "ACSCHAT_EMULATOR_ACCESS_KEY"
	accessKeyFileVariable = "ACSCHAT_EMULATOR_ACCESS_KEY_FILE"
	certVariable          = "ACSCHAT_EMULATOR_TLS_CERT"
	keyVariable           = "ACSCHAT_EMULATOR_TLS_KEY"
)

// readAccessKey finds the access key in the flags, or else in the environment. "" is none: the key kept with the data applies, or else the
// public one.
func (e *Emulator) readAccessKey() error {
	if e.accessKey != "" && e.accessKeyFile != "" {
		return cli.Misuse("--access-key and --access-key-file both give a key: choose one")
	}
	flag, key, file := "--access-key", e.accessKey, e.accessKeyFile
	if key == "" && file == "" {
		key, file = e.process.Getenv(accessKeyVariable), e.process.Getenv(accessKeyFileVariable)
		if flag = "$" + accessKeyVariable; key != "" && file != "" {
			return cli.Misuse("$%s and $%s both give a key: unset one", accessKeyVariable, accessKeyFileVariable)
		}
	}
	if file != "" {
		flag = file
		text, err := os.ReadFile(file)
		if err != nil {
			return cli.Misuse("access key: %v", err)
		}
		if key = strings.TrimSpace(string(text)); key == "" {
			return cli.Misuse("access key: %s is empty", file)
		}
	}
	if decoded, err := base64.StdEncoding.Strict().DecodeString(key); err != nil || len(decoded) == 0 && key != "" {
		return cli.Misuse("%s %s", flag, whyNoKey(key))
	}
	e.accessKey = key
	return nil
}

// whyNoKey says what is wrong with an access key, such as the quotes around it, in the words of the client.
func whyNoKey(key string) string {
	_, err := identity.NewClientWithAccessKey("https://localhost", key, nil)
	if invalid, ok := errors.AsType[*chat.ArgumentError](err); ok {
		return invalid.Reason
	}
	return "must be base64, as the keys in the portal are"
}

// readCertificate finds the certificate of the user in the flags, or else in the environment.
func (e *Emulator) readCertificate() error {
	if e.plain && e.certFile+e.keyFile != "" {
		return cli.Misuse("--plain disables TLS and --tls-cert is for TLS: choose one")
	}
	cert, key := e.certFile, e.keyFile
	flags := "--tls-cert and --tls-key"
	if cert == "" && key == "" && !e.plain {
		cert, key = e.process.Getenv(certVariable), e.process.Getenv(keyVariable)
		flags = "$" + certVariable + " and $" + keyVariable
	}
	switch {
	case cert == "" && key == "":
		return nil
	case cert == "" || key == "":
		return cli.Misuse("%s go together", flags)
	}
	pair, err := loadPair(cert, key)
	if err != nil {
		return cli.Misuse("%s: %v", flags, err)
	}
	e.certName = cmp.Or(e.certFile, "$"+certVariable)
	if end := pair.Leaf.NotAfter; time.Now().After(end) {
		return cli.Misuse("%s: the certificate expired on %s", e.certName, show.Time(end))
	}
	e.certificate = &pair
	return nil
}

// loadPair reads a certificate chain and its key. Each is the name of a file, or the PEM text itself.
func loadPair(cert, key string) (tls.Certificate, error) {
	var texts [2][]byte
	for i, source := range []string{cert, key} {
		if strings.HasPrefix(strings.TrimSpace(source), "-----BEGIN ") {
			texts[i] = []byte(source)
			continue
		}
		text, err := os.ReadFile(source)
		if err != nil {
			return tls.Certificate{}, err
		}
		texts[i] = text
	}
	pair, err := tls.X509KeyPair(texts[0], texts[1])
	if err != nil {
		return pair, fmt.Errorf("%s", strings.TrimPrefix(err.Error(), "tls: "))
	}
	return pair, nil
}
