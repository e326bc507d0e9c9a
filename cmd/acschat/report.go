package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
)

// The exit codes.
const (
	exitDone    = 0
	exitFailed  = 1
	exitMisuse  = 2
	exitPartial = 3
)

// usageError is a command line that can't be followed, or something that is not set.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func misuse(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

// partialError says that a part was done. Its cause is nil where the rest was refused piece by piece.
type partialError struct {
	summary string
	refused []string // what was not done and why, one a line
	next    string   // how to go on; empty where nothing is left to do
	cause   error
}

func (e *partialError) Error() string {
	if e.cause == nil {
		return e.summary
	}
	return e.summary + ": " + inWords(e.cause)
}

func (e *partialError) Unwrap() error { return e.cause }

// advisedError is an error for which a command knows better what to do than its kind tells.
type advisedError struct {
	error
	next string
}

func (e *advisedError) Unwrap() error { return e.error }

// report prints what went wrong and what to do about it, and turns it into the exit code.
func (t *tool) report(cmd *cobra.Command, err error) int {
	if err == nil || errors.Is(err, errReaderGone) {
		return exitDone
	}
	if !t.running {
		err = misuse("%s", err)
	}
	say := func(text string) {
		_, _ = io.WriteString(cmd.ErrOrStderr(), withoutSecrets(harmless.Text(text))+"\n")
	}
	say("acschat: " + inWords(err))
	partial, isPartial := errors.AsType[*partialError](err)
	if isPartial {
		for _, line := range partial.refused {
			say("  " + line)
		}
	}
	if next := nextStep(cmd, err); next != "" {
		say(next)
	}
	switch {
	case isPartial:
		return exitPartial
	case isMisuse(err):
		return exitMisuse
	}
	return exitFailed
}

// inWords is an error for somebody who knows the tool and not its insides.
func inWords(err error) string {
	_, partial := errors.AsType[*partialError](err)
	if errors.Is(err, context.Canceled) && !partial && !errors.Is(err, chat.ErrOutcomeUnknown) {
		return "interrupted"
	}
	return err.Error()
}

func isMisuse(err error) bool {
	_, usage := errors.AsType[*usageError](err)
	_, argument := errors.AsType[*chat.ArgumentError](err)
	return usage || argument
}

// nextStep is what to do about an error, empty where there is no advice to give.
func nextStep(cmd *cobra.Command, err error) string {
	if partial, ok := errors.AsType[*partialError](err); ok && partial.next != "" {
		return partial.next
	}
	if advised, ok := errors.AsType[*advisedError](err); ok {
		return advised.next
	}
	if isMisuse(err) {
		if strings.Contains(err.Error(), "\n") {
			return "" // it has said what to do
		}
		return "How it is used: " + cmd.CommandPath() + " --help"
	}
	if errors.Is(err, chat.ErrOutcomeUnknown) {
		return "Look before you send it again: acschat message list --limit 5"
	}
	if next := nextStepOnTheWay(err); next != "" {
		return next
	}
	for _, advice := range []struct {
		about error
		text  string
	}{
		{chat.ErrUnauthorized, unauthorized(cmd, err)},
		{chat.ErrForbidden, "Only people in a thread may work on it, and only its sender may change a message. Who you are: acschat token show\n" +
			"Who is in the thread: acschat participant list, by somebody who is in it.\n" +
			"Why you are refused: " + doctor(cmd)},
		{chat.ErrNotFound, "Ids are copied whole, as acschat thread list and acschat message list show them with --output json."},
		{chat.ErrTooLarge, "A message holds about 28 KB."},
		{chat.ErrThrottled, "The service allows only so much in a time" + retryIn(err)},
		{chat.ErrUnavailable, "It has been tried several times. Try again later."},
	} {
		if errors.Is(err, advice.about) {
			return advice.text
		}
	}
	return ""
}

// doctor is the command that finds out more about a refusal: of the thread too, if the command line has named one.
func doctor(cmd *cobra.Command) string {
	if thread := cmd.Flags().Lookup("thread"); thread != nil && thread.Value.String() != "" {
		return "acschat doctor --thread " + thread.Value.String()
	}
	return "acschat doctor"
}

// unauthorized is what to do about a 401: of the chat API, which gives no reason, or of the identity API, which does.
func unauthorized(cmd *cobra.Command, err error) string {
	refusal, ok := errors.AsType[*chat.Error](err)
	switch {
	case !ok || refusal.Code == "":
		return "The token may have expired or been revoked, or be of another resource. Who it is for, and until when: acschat token show\n" +
			"Which of these it is: " + doctor(cmd)
	case refusal.Code == "IdentityNotOwned":
		return "The resource has no such user: it may be deleted, or of another resource. acschat user create makes one."
	}
	return "The access key in the connection string is not, or no longer, one of this resource's. The portal shows them under Keys.\n" +
		"What else it may be, the clock of this machine too: acschat doctor --as USER"
}

// nextStepOnTheWay is what to do when there was no answer at all.
func nextStepOnTheWay(err error) string {
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	_, otherHost := errors.AsType[x509.HostnameError](err)
	_, noHost := errors.AsType[*net.DNSError](err)
	switch {
	case otherHost:
		return "The certificate is for another host: check --endpoint."
	case untrusted:
		return "Nobody this machine trusts vouches for the server. Name the file of an authority that does: --ca-file FILE or ACSCHAT_CA_FILE.\n" +
			"acschat emulator says where its own is."
	case noHost:
		return "There is no such host: check --endpoint, AZURE_COMMUNICATION_ENDPOINT or the connection string."
	case errors.Is(err, context.DeadlineExceeded):
		return "No answer came in time. Is the endpoint the right one, and the network up?"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "Nothing listens there. Is the emulator running, and on that port?"
	}
	return ""
}

func retryIn(err error) string {
	if after := retryAfter(err); after > 0 {
		return ": try again in " + after.Round(time.Second).String() + "."
	}
	return ": try again in a minute."
}

// retryAfter is how long the service asked to wait, 0 when it did not.
func retryAfter(err error) time.Duration {
	if refusal, ok := errors.AsType[*chat.Error](err); ok {
		return refusal.RetryAfter
	}
	return 0
}

// withoutSecrets takes out what nobody should find in a log: errors do not have it, but an argument in the wrong place may.
func withoutSecrets(text string) string {
	text = regexp.MustCompile(`eyJ[\w+/=-]*\.[\w+/=-]+(\.[\w+/=-]*)?`).ReplaceAllString(text, "[token]")
	return regexp.MustCompile(`(?i)(accesskey\s*=)[^;\s"]+`).ReplaceAllString(text, "${1}[key]")
}
