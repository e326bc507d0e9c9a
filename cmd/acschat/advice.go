package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// nextStep is what to do about an error, empty where there is no advice to give.
func nextStep(cmd *cobra.Command, err error) string {
	if partial, ok := errors.AsType[*cli.PartialError](err); ok && partial.Next != "" {
		return partial.Next
	}
	if advised, ok := errors.AsType[*cli.AdvisedError](err); ok {
		return advised.Next
	}
	if cli.IsMisuse(err) {
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
	if isElsewhere(err) {
		return notThere
	}
	for _, advice := range []struct {
		about error
		text  string
	}{
		{chat.ErrBadRequest, badRequest(cmd)},
		{chat.ErrUnauthorized, unauthorized(cmd, err)},
		{chat.ErrForbidden, "Only people in a thread may work on it, and only its sender may change a message. Who you are: acschat token show\n" +
			"Who is in the thread: acschat participant list, by somebody who is in it.\n" +
			"Why you are refused: " + doctor(cmd)},
		{chat.ErrNotFound, notFound(cmd)},
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

// doctor is the command that finds out more about a refusal, of whom and what the command line has named. Secrets it may have
// named stay out of it.
func doctor(cmd *cobra.Command) string {
	words := []string{"acschat doctor"}
	for _, name := range []string{"endpoint", "token-file", "as", "ca-file", "thread"} {
		if named := cmd.Flags().Lookup(name); named != nil && named.Value.String() != "" {
			words = append(words, "--"+name, show.ShellWord(named.Value.String()))
		}
	}
	return strings.Join(words, " ")
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

// badRequest is what to do about a 400.
func badRequest(cmd *cobra.Command) string {
	next := "An id may not be whole, or a value out of bounds: " + cmd.CommandPath() + " --help"
	if worksOnThread(cmd) {
		next += "\nWhether it is the thread: " + doctor(cmd)
	}
	return next
}

// notFound is what to do about a 404 of the service.
func notFound(cmd *cobra.Command) string {
	if !worksOnThread(cmd) {
		return notThere
	}
	return "Ids are copied whole, as acschat thread list and acschat message list show them with --output json.\n" +
		"What has become of the thread: " + doctor(cmd)
}

func worksOnThread(cmd *cobra.Command) bool { return cmd.Flags().Lookup("thread") != nil }

const notThere = "The service is not there: check --endpoint, " + session.EndpointVariable + " or the connection string."

// isElsewhere reports whether what answered is not the service: it knows no method of the service's, or nothing below a path that
// the endpoint has, where the service mostly says in words what it has not found.
func isElsewhere(err error) bool {
	refusal, ok := errors.AsType[*chat.Error](err)
	switch {
	case !ok:
		return false
	case refusal.StatusCode == http.StatusMethodNotAllowed:
		return true
	case refusal.StatusCode != http.StatusNotFound || refusal.Message != "":
		return false
	}
	answer, ok := errors.AsType[*azcore.ResponseError](err)
	if !ok || answer.RawResponse == nil || answer.RawResponse.Request == nil {
		return false
	}
	path := answer.RawResponse.Request.URL.Path
	return !strings.HasPrefix(path, "/chat/threads") && !strings.HasPrefix(path, "/identities")
}

// nextStepOnTheWay is what to do when there was no answer at all.
func nextStepOnTheWay(err error) string {
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	_, otherHost := errors.AsType[x509.HostnameError](err)
	_, noHost := errors.AsType[*net.DNSError](err)
	dial, dialed := errors.AsType[*net.OpError](err)
	switch {
	case dialed && dial.Op == "proxyconnect":
		return "The proxy can't be reached: check HTTPS_PROXY and NO_PROXY."
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
