package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"go.yaml.in/yaml/v3"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/inspector"
)

// options returns the options of the service.
func (e *Emulator) options(page *inspector.Inspector, log io.Writer) (*chattest.Options, error) {
	options := &chattest.Options{
		AccessKey: e.accessKey, Hosts: e.authority.hosts, ErrorStyle: chattest.ErrorStyle(e.style), EnforceLimits: e.limits, LenientVersions: e.lenientVersions,
		Cloud: chat.Cloud(e.cloud), NoRetryAfter: e.noRetryAfter, LimitDivisor: e.limitDivisor, ListingLag: e.listingLag,
		EncryptTokens: e.encryptTokens, BrowserIdentity: e.browserIdentity, EntraAny: e.entraAny, OnRequest: page.Observe,
	}
	options.OnDelivery = func(a chattest.DeliveryAttempt) {
		page.ObserveDelivery(a)
		reportHandshake(log, a)
		if e.log {
			logDelivery(log, a)
		}
	}
	if e.log {
		options.OnRequest = func(q chattest.Request) {
			page.Observe(q)
			logRequest(log, q)
		}
	}
	for _, file := range e.entraFiles {
		var token chattest.EntraToken
		if err := readFile("--entra-token", file, &token); err != nil {
			return nil, err
		}
		options.EntraTokens = append(options.EntraTokens, token)
	}
	if e.seedFile != "" {
		options.Seed = &chattest.Seed{}
		if err := readFile("--seed", e.seedFile, options.Seed); err != nil {
			return nil, err
		}
	}
	return options, nil
}

// readFile reads a file of YAML, of which JSON is a part, and rejects members that the value does not have.
func readFile(flag, file string, into any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return cli.Misuse("%s: %v", flag, err)
	}
	var read map[string]any
	if err := yaml.Unmarshal(text, &read); err != nil {
		return cli.Misuse("%s %s: %v", flag, file, err)
	}
	// What is read has the names of the JSON.
	converted, err := json.Marshal(read)
	if err != nil {
		return cli.Misuse("%s %s: %v", flag, file, err)
	}
	d := json.NewDecoder(bytes.NewReader(converted))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			err = fmt.Errorf("%s must not be a %s", wrong.Field, wrong.Value)
		}
		return cli.Misuse("%s %s: %v", flag, file, err)
	}
	return nil
}
