package chat_test

import (
	"context"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/explain"
)

// behind is a client of an endpoint with a path.
func behind(path string, answers ...answer) (*chat.Client, *scripted) {
	GinkgoHelper()
	wire := answering(answers...)
	client, err := chat.NewClient(testEndpoint+path, staticCredential(), options(wire))
	Expect(err).NotTo(HaveOccurred())
	return client, wire
}

// throttled returns the error of a call that exceeds a rate limit.
func throttled(name string, op chattest.Operation, limit string, call func(ctx context.Context, w *world) error) trouble {
	return serviceTrouble(name, limit, func(ctx context.Context, w *world) (*chat.Client, error) {
		w.Fail(op, chattest.Fault{Status: http.StatusTooManyRequests, RetryAfter: 7 * time.Minute, Times: -1})
		return w.alicesClient, call(ctx, w)
	}, explain.Throttled)
}

func serviceTroubles() []trouble {
	return []trouble{
		throttled("too many messages", chattest.SendChatMessage,
			"the limit to send, update and delete messages is 10 in 10 seconds and 30 in a minute per thread",
			func(ctx context.Context, w *world) error {
				_, err := w.alicesClient.ThreadClient(w.thread).SendMessage(ctx, "hi", nil)
				return err
			}),
		throttled("too many typing notifications", chattest.SendTypingNotification,
			"the limit to send typing notifications is 5 in 10 seconds and 15 in a minute per user and thread, and 10 in 10 seconds and 30 in a minute per thread",
			func(ctx context.Context, w *world) error {
				return w.alicesClient.ThreadClient(w.thread).SendTypingNotification(ctx, nil)
			}),
		throttled("too many added participants", chattest.AddChatParticipants,
			"the limit to add and remove participants is 10 in 10 seconds and 30 in a minute per thread, and the limit to add participants is 3000 in a minute per resource",
			func(ctx context.Context, w *world) error {
				_, err := w.alicesClient.ThreadClient(w.thread).AddParticipants(ctx, those(chat.CommunicationUser{ID: "8:acs:a"}))
				return err
			}),
		throttled("too many threads", chattest.CreateChatThread,
			"the limit to create threads is 10 in 10 seconds per user, and 3000 in a minute per resource",
			func(ctx context.Context, w *world) error {
				_, err := w.alicesClient.CreateThread(ctx, "topic", nil)
				return err
			}),
		serviceTrouble("a service that is down", "it answered 503", func(ctx context.Context, w *world) (*chat.Client, error) {
			w.Fail(chattest.Any, chattest.Fault{Times: -1})
			return w.alicesClient, list(ctx, w.alicesClient)
		}, explain.Unavailable),
		serviceTrouble("a service that is down for some minutes", "it answered 503", func(ctx context.Context, w *world) (*chat.Client, error) {
			w.Fail(chattest.Any, chattest.Fault{Times: -1, RetryAfter: 5 * time.Minute})
			return w.alicesClient, list(ctx, w.alicesClient)
		}, explain.Unavailable),
		serviceTrouble("a refused participant without a reason", "Out of luck", func(ctx context.Context, w *world) (*chat.Client, error) {
			c, _ := clientOf(reply(201, `{"invalidParticipants":[{"code":"403","message":"Out of luck.","target":"8:acs:a"}]}`))
			return c, firstFailure(c.ThreadClient(testThread).AddParticipants(ctx, those(chat.CommunicationUser{ID: "8:acs:a"})))
		}, explain.Unknown),
		serviceTrouble("a gateway without a service", "400 Bad Request, text/html", func(ctx context.Context, w *world) (*chat.Client, error) {
			w.Fail(chattest.Any, chattest.Fault{Status: http.StatusBadRequest, HTML: true})
			return w.alicesClient, list(ctx, w.alicesClient)
		}, explain.Unavailable),
		serviceTrouble("another server at the endpoint", "404 Not Found, text/html", func(ctx context.Context, w *world) (*chat.Client, error) {
			w.Fail(chattest.Any, chattest.Fault{Status: http.StatusNotFound, HTML: true})
			return w.alicesClient, list(ctx, w.alicesClient)
		}, explain.ForeignAnswer),
		serviceTrouble("an endpoint with a path that only another server has", `the endpoint ends in "/v1"`, func(ctx context.Context, w *world) (*chat.Client, error) {
			c, _ := behind("/v1", reply(404, "<html>", "Content-Type", "text/html"))
			return c, list(ctx, c)
		}, explain.ForeignAnswer, explain.ForeignAnswer),
		serviceTrouble("an endpoint with an unknown path", `the endpoint ends in "/v1"`, func(ctx context.Context, w *world) (*chat.Client, error) {
			c, _ := behind("/v1", reply(404, "", "MS-CV", "cv"))
			err := c.DeleteThread(ctx, testThread)
			return c, err
		}, explain.ForeignAnswer, explain.ThreadUnknown),
		serviceTrouble("an endpoint with a path that does not accept the request", `the endpoint ends in "/v1"`, func(ctx context.Context, w *world) (*chat.Client, error) {
			c, _ := behind("/v1", reply(405, "", "MS-CV", "cv"))
			return c, c.ThreadClient(testThread).SendTypingNotification(ctx, nil)
		}, explain.ForeignAnswer),
		serviceTrouble("a server that does not allow the method", "the service allows the method", func(ctx context.Context, w *world) (*chat.Client, error) {
			w.Fail(chattest.ListChatThreads, chattest.Fault{Status: http.StatusMethodNotAllowed})
			return w.alicesClient, list(ctx, w.alicesClient)
		}, explain.ForeignAnswer),
		serviceTrouble("a gateway with a path, behind which the service answers", "", func(ctx context.Context, w *world) (*chat.Client, error) {
			c, _ := behind("/v1", reply(404, `{"error":{"code":"NotFound","message":"No."}}`, "MS-CV", "cv"))
			err := c.DeleteThread(ctx, testThread)
			return c, err
		}, explain.ThreadUnknown),
		serviceTrouble("a response of another type", "200 OK, text/html", func(ctx context.Context, w *world) (*chat.Client, error) {
			w.Fail(chattest.Any, chattest.Fault{HTML: true})
			return w.alicesClient, list(ctx, w.alicesClient)
		}, explain.ForeignAnswer),
		serviceTrouble("an endpoint that has moved", "307 Temporary Redirect to https://elsewhere.invalid/", func(ctx context.Context, w *world) (*chat.Client, error) {
			w.Fail(chattest.Any, chattest.Fault{Redirect: "https://elsewhere.invalid/"})
			return w.alicesClient, list(ctx, w.alicesClient)
		}, explain.ForeignAnswer),
		serviceTrouble("an unexpected status", "418", func(ctx context.Context, w *world) (*chat.Client, error) {
			w.Fail(chattest.Any, chattest.Fault{Status: http.StatusTeapot})
			return w.alicesClient, list(ctx, w.alicesClient)
		}, explain.Unknown),
		serviceTrouble("a lost reply to a send", "no answer says what became of it", func(ctx context.Context, w *world) (*chat.Client, error) {
			w.Fail(chattest.SendChatMessage, chattest.Fault{LoseReply: true})
			_, err := w.alicesClient.ThreadClient(w.thread).SendMessage(ctx, "hi", nil)
			return w.alicesClient, err
		}, explain.OutcomeUnknown, explain.ConnectionLost),
		serviceTrouble("a send to a service that is down", "no answer says what became of it", func(ctx context.Context, w *world) (*chat.Client, error) {
			w.Fail(chattest.SendChatMessage, chattest.Fault{Status: http.StatusInternalServerError})
			_, err := w.alicesClient.ThreadClient(w.thread).SendMessage(ctx, "hi", nil)
			return w.alicesClient, err
		}, explain.OutcomeUnknown, explain.Unavailable),
		serviceTrouble("a participant whom the service cannot add now", "busy", func(ctx context.Context, w *world) (*chat.Client, error) {
			c, _ := clientOf(reply(201, `{"invalidParticipants":[{"code":"503","message":"busy","target":"8:acs:a"}]}`))
			return c, firstFailure(c.ThreadClient(testThread).AddParticipants(ctx, those(chat.CommunicationUser{ID: "8:acs:a"})))
		}, explain.Unavailable),
		serviceTrouble("a participant with an id that the service rejects", "8:acs:a is not of the form", func(ctx context.Context, w *world) (*chat.Client, error) {
			c, _ := clientOf(reply(201, `{"invalidParticipants":[{"code":"400","message":"no","target":"8:acs:a"}]}`))
			return c, firstFailure(c.ThreadClient(testThread).AddParticipants(ctx, those(chat.CommunicationUser{ID: "8:acs:a"})))
		}, explain.MalformedID),
	}
}
