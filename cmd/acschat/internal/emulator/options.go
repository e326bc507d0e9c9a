package emulator

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
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

// readFile reads a file of YAML or JSON, and rejects members that the value does not have. Its errors are one line.
func readFile(flag, file string, into any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return cli.Misuse("%s: %v", flag, err)
	}
	if err := decodeFile(text, into); err != nil {
		return cli.Misuse("%s %s: %s", flag, file, harmless.Line(err.Error()))
	}
	return nil
}

func decodeFile(text []byte, into any) error {
	converted, err := toJSON(text)
	if err != nil {
		return err
	}
	err = json.Unmarshal(converted, into, json.RejectUnknownMembers(true), json.MatchCaseInsensitiveNames(true))
	wrong, ok := errors.AsType[*json.SemanticError](err)
	switch {
	case !ok:
		return err
	case errors.Is(err, json.ErrUnknownName):
		return fmt.Errorf("unknown field %q", pathOf(wrong.JSONPointer))
	case wrong.Err != nil:
		return fmt.Errorf("%s: %w", pathOf(wrong.JSONPointer), wrong.Err)
	}
	return fmt.Errorf("%s must not be %s", pathOf(wrong.JSONPointer), nameOf(wrong.JSONKind))
}

// pathOf writes a place in a file as in "threads[0].topic".
func pathOf(place jsontext.Pointer) string {
	var path strings.Builder
	for name := range place.Tokens() {
		switch _, err := strconv.Atoi(name); {
		case err == nil:
			path.WriteString("[" + name + "]")
		case path.Len() > 0:
			path.WriteString("." + name)
		default:
			path.WriteString(name)
		}
	}
	return path.String()
}

func nameOf(kind jsontext.Kind) string {
	switch kind {
	case jsontext.KindString:
		return "a string"
	case jsontext.KindNumber:
		return "a number"
	case jsontext.KindBeginObject:
		return "an object"
	case jsontext.KindBeginArray:
		return "a list"
	}
	return kind.String()
}

// toJSON converts YAML to JSON with the same names. An object of JSON is not read as YAML, which has neither tabs nor surrogate pairs and folds
// some line breaks, unless a name is given twice: the error of YAML says where.
func toJSON(text []byte) ([]byte, error) {
	if value := jsontext.Value(text); value.Kind() == jsontext.KindBeginObject && value.IsValid() {
		return text, nil
	}
	var read map[string]any
	err := yaml.Unmarshal(text, &read)
	if wrong, ok := errors.AsType[*yaml.TypeError](err); ok {
		return nil, errors.New("yaml: " + strings.Join(wrong.Errors, "; "))
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(read)
}
