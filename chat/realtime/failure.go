package realtime

import (
	"errors"
	"net/http"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// fatal is an error after which trying again cannot help.
type fatal struct{ error }

func (f fatal) Unwrap() error { return f.error }

// ifRefused makes an answer of the service fatal that another try would get again. It has to be the error itself: one that is wrapped
// came with an error of the credential, which may have another token later.
func ifRefused(err error) error {
	refusal, ok := err.(*chat.Error) //nolint:errorlint // see above
	if !ok {
		return err
	}
	switch status := refusal.StatusCode; {
	case status < http.StatusMultipleChoices, status >= http.StatusInternalServerError:
	case status == http.StatusRequestTimeout, status == http.StatusTooManyRequests:
	default:
		return fatal{err}
	}
	return err
}

// isFatal reports whether an established listener gives up.
func isFatal(err error) bool {
	_, ok := errors.AsType[fatal](err)
	return ok || errors.Is(err, chat.ErrClosed)
}

// isFatalAtStart reports whether Listen gives up: also where a later try may help, but the fault is more likely in the configuration of
// the program.
func isFatalAtStart(err error) bool {
	_, ok := errors.AsType[pipeline.Final](err)
	return ok || isFatal(err)
}
