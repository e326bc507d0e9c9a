package outbox

import (
	"context"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/limits"
)

// longestWindow is that of the published rates.
const longestWindow = time.Minute

// RecordSent counts the attempts to send of the last minute in a limiter that does not know them: call it before [Worker.Run] if the
// limiter of the fleet keeps its windows in memory and the process was restarted. Each message that was sent or has failed counts once, also
// if it was tried several times, or was given up before it was tried, and so does one that is being tried now. A second call counts
// everything again. With a nil limiter nothing is counted. The error is that of the database or of the limiter.
func (o *Outbox[Tx]) RecordSent(ctx context.Context, limiter *limits.Limiter) error {
	type attempt struct {
		request chat.LimitedRequest
		ago     int64 // microseconds
	}
	var attempts []attempt
	err := o.db.pool.each(ctx, func(scan func(...any) error) error {
		a := attempt{request: chat.LimitedRequest{Operation: "ChatThread_SendChatMessage"}}
		err := scan(&a.request.User, &a.request.Thread, &a.ago)
		attempts = append(attempts, a)
		return err
	}, `SELECT user_id, thread_id, `+o.db.now+` - settled_at FROM chat_outbox_message
			WHERE state IN ('sent', 'failed') AND settled_at > `+o.db.now+` - $1
		UNION ALL SELECT user_id, thread_id, 0 FROM chat_outbox_message WHERE state = 'pending' AND first_attempt <> 0`,
		longestWindow.Microseconds())
	for i := 0; err == nil && i < len(attempts); i++ {
		err = limiter.Record(ctx, attempts[i].request, time.Now().Add(-time.Duration(attempts[i].ago)*time.Microsecond))
	}
	if err != nil {
		return failure("record what was sent", err)
	}
	return nil
}
