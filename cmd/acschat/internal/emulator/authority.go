package emulator

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// authority signs the certificate of the emulator. Its own certificate is limited to this machine, so that its key is of no use elsewhere.
type authority struct {
	dir      string   // absolute
	shared   bool     // the certificate, unlike the key, is for other users, too
	hosts    []string // further names and addresses to sign for
	self     tls.Certificate
	replaced string // why a new one was created in place of another; "" otherwise

	mu     sync.Mutex // guards server
	server *tls.Certificate
}

// openAuthority reads the authority in a directory, or creates one. Several processes may at the same time. A directory with an authority
// that serves is only read.
func openAuthority(ctx context.Context, place authorityPlace, dir string) (*authority, error) {
	a := &authority{dir: dir, shared: place.dir != "", hosts: place.hosts}
	stored, err := a.load()
	if err != nil {
		return nil, err
	}
	if !stored {
		if err := a.locked(ctx, a.replace); err != nil {
			return nil, err
		}
	}
	_, err = a.certificate(nil)
	return a, err
}

// file returns the file that people make programs trust. It always has the latest authority.
func (a *authority) file() string { return filepath.Join(a.dir, "ca.pem") }

// ownFile returns the file that has this authority only. It stays when another emulator replaces the authority.
func (a *authority) ownFile() string {
	return filepath.Join(a.dir, "ca-"+strings.ToLower(strings.TrimPrefix(a.self.Leaf.Subject.CommonName, namePrefix))+".pem")
}

func (a *authority) keyFile() string { return filepath.Join(a.dir, "ca-key.pem") }

// load reads the authority. It reports whether all files are there and the authority can sign for all hosts, now and for as long as a
// certificate lasts.
func (a *authority) load() (serves bool, err error) {
	self, err := readPair(a.keyFile())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err == nil && !isOwn(self.Leaf):
		err = fmt.Errorf("%s: it is not an authority of the emulator", a.keyFile())
	}
	if err != nil {
		return false, fmt.Errorf("%w: remove it to create a new one, which programs must then trust, or choose another directory with --ca-dir", err)
	}
	a.self = self
	return a.unfit() == "" && a.published(a.file()) && a.published(a.ownFile()), nil
}

// unfit returns why the authority can't sign; "" if it can.
func (a *authority) unfit() string {
	if !lasts(a.self.Leaf, serverLifetime) {
		return "the old one expires on " + show.Time(a.self.Leaf.NotAfter)
	}
	if host, ok := permitsAll(a.self.Leaf, a.hosts); !ok {
		return "the old one can't sign for " + host
	}
	return ""
}

// published reports whether a file has the certificate.
func (a *authority) published(file string) bool {
	text, err := os.ReadFile(file)
	return err == nil && bytes.Equal(text, toPEM("CERTIFICATE", a.self.Leaf.Raw))
}

// replace creates the authority if there is none, or if the one that is stored does not serve. The directory must be locked.
func (a *authority) replace() error {
	serves, err := a.load() // another process may have created one
	if serves || err != nil {
		return err
	}
	missing := a.self.Leaf == nil
	earlier, err := a.checkFile()
	if err != nil {
		return err
	}
	switch {
	case missing && earlier:
		a.replaced = a.keyFile() + " is missing"
	case !missing:
		a.replaced = a.unfit()
	}
	if missing || a.replaced != "" {
		if a.self, err = a.create(); err != nil {
			return err
		}
	}
	text := toPEM("CERTIFICATE", a.self.Leaf.Raw)
	mode := fs.FileMode(0o600)
	if a.shared {
		mode = 0o644
	}
	return errors.Join(writeMode(a.ownFile(), text, mode), writeMode(a.file(), text, mode))
}

// checkFile reports whether the file that programs trust exists. It is an error if that is not of the emulator, which must not overwrite it.
func (a *authority) checkFile() (exists bool, err error) {
	text, err := os.ReadFile(a.file())
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if block, rest := pem.Decode(text); block != nil && len(bytes.TrimSpace(rest)) == 0 {
		if c, err := x509.ParseCertificate(block.Bytes); err == nil && isOwn(c) {
			return true, nil
		}
	}
	return false, fmt.Errorf("%s: it is damaged, or not of the emulator: remove it, or choose another directory with --ca-dir", a.file())
}

// locked runs f while no other process does in the same directory.
func (a *authority) locked(ctx context.Context, f func() error) (err error) {
	lock := flock.New(filepath.Join(a.dir, "lock"), flock.SetPermissions(0o600))
	const often = 10 * time.Millisecond // the lock is held for a few of them at most
	if _, err := lock.TryLockContext(ctx, often); err != nil {
		return fmt.Errorf("%s: %w; --ca-dir DIR keeps the certificate authority in another directory", a.dir, err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	return f()
}

// warning tells that programs must trust a new authority; "" if they need not.
func (a *authority) warning() string {
	if a.replaced == "" {
		return ""
	}
	return fmt.Sprintf("warning: there is a new certificate authority, because %s: programs that trusted the old one must trust %s again", a.replaced, a.file())
}

// certificate returns the certificate of the server. It is renewed before it expires.
func (a *authority) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.server != nil && lasts(a.server.Leaf, renewBefore) {
		return a.server, nil
	}
	server, err := a.issue()
	if err != nil {
		return nil, err
	}
	a.server = &server
	return a.server, nil
}
