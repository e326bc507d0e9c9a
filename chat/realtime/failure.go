package realtime

import (
	"errors"
	"net/http"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// fatal is an error that another attempt would meet again.
type fatal struct{ error }

func (f fatal) Unwrap() error { return f.error }

// ifRefused makes an error response fatal if another attempt would get it again. err itself must be the response: if it is wrapped, the
// credential failed too, and may have another token later.
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

// isFatalAtStart reports whether Listen gives up. This includes errors that a later attempt may not meet, but that are more likely caused
// by the configuration of the program.
func isFatalAtStart(err error) bool {
	_, ok := errors.AsType[pipeline.Final](err)
	return ok || isFatal(err)
}
