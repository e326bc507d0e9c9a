package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/gen/chatapi"
)

const (
	endpoint   = "https://contoso.communication.azure.com" // of the clients without a socket
	threadID   = "19:acsV2_YGV1rnQ8PXWCqhBweExLhiFs0GhQIwGZux0Mt-vFQXc1@thread.v2"
	apiVersion = "2025-03-15"
	sentID     = "1762161601337"
	text       = "The draft of the release notes is ready, please have a look before noon."
	pageSize   = 200

	readIndex = 6 // within a page, of the message that is read alone
	readID    = "1762161601343"
)

// Canned answers as the service does, with prepared responses: it sends a message, returns one, and lists pages that all contain
// the same messages.
type Canned struct {
	sent, message, page []byte
	endpoint            string // of the links to the next page
	pages               int
	Latency             time.Duration
}

// NewCanned returns one whose listing has the given number of pages, with links to endpoint.
func NewCanned(endpoint string, pages int) *Canned {
	messages := cannedMessages()
	return &Canned{
		sent:     encode(chatapi.SendChatMessageResult{ID: sentID}),
		message:  encode(messages[readIndex]),
		page:     bytes.TrimSuffix(encode(chatapi.ChatMessagesCollection{Value: messages}), []byte("}")),
		endpoint: endpoint,
		pages:    pages,
	}
}

// RoundTrip makes it a transport without a socket.
func (c *Canned) RoundTrip(req *http.Request) (*http.Response, error) {
	var sent []byte
	if req.Body != nil {
		var err error
		if sent, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		req.Body.Close()
	}
	if err := wait(req.Context(), c.Latency); err != nil {
		return nil, err
	}
	status, body, length := c.answer(req, sent)
	return &http.Response{
		StatusCode: status, Proto: "HTTP/2.0", ProtoMajor: 2, Header: header(length),
		Body: io.NopCloser(body), ContentLength: int64(length), Request: req,
	}, nil
}

func (c *Canned) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	sent, err := io.ReadAll(req.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	status, body, length := c.answer(req, sent)
	maps.Copy(w.Header(), header(length))
	w.WriteHeader(status)
	if _, err := io.Copy(w, body); err != nil {
		panic(http.ErrAbortHandler)
	}
}

// answer refuses a request that the service would refuse, so that no client gains by leaving something out.
func (c *Canned) answer(req *http.Request, sent []byte) (status int, body io.Reader, length int) {
	path, query := req.URL.Path, req.URL.RawQuery
	const messages = "/chat/threads/" + threadID + "/messages"
	switch {
	case req.Header.Get("Authorization") != "Bearer "+token:
		return http.StatusUnauthorized, http.NoBody, 0
	case !strings.Contains(query, "api-version="+apiVersion):
		return http.StatusBadRequest, http.NoBody, 0
	case req.Method == http.MethodPost && path == messages:
		if req.Header.Get("Content-Type") != "application/json" || !bytes.Contains(sent, []byte(text)) {
			return http.StatusBadRequest, http.NoBody, 0
		}
		return http.StatusCreated, bytes.NewReader(c.sent), len(c.sent)
	case path == messages+"/"+readID:
		return http.StatusOK, bytes.NewReader(c.message), len(c.message)
	case path == messages && strings.Contains(query, "maxPageSize="+strconv.Itoa(pageSize)):
		end := c.pageEnd(query)
		return http.StatusOK, io.MultiReader(bytes.NewReader(c.page), strings.NewReader(end)), len(c.page) + len(end)
	}
	return http.StatusNotFound, http.NoBody, 0
}

// pageEnd is the end of a page, with the link to the next one in the form of the live service: the thread id is not escaped, and
// there is a start time.
func (c *Canned) pageEnd(query string) string {
	page := 1
	if _, state, found := strings.Cut(query, "syncState="); found {
		number, _, _ := strings.Cut(state, "&")
		var err error
		if page, err = strconv.Atoi(number); err != nil {
			panic(err) // the client has changed the link
		}
	}
	if page == c.pages {
		return "}"
	}
	return fmt.Sprintf(`,"nextLink":"%s/chat/threads/%s/messages?syncState=%d&startTime=1%%2F1%%2F1970%%2012%%3A00%%3A00%%20AM%%20%%2B00%%3A00&maxPageSize=%d&api-version=%s"}`,
		c.endpoint, threadID, page+1, pageSize, apiVersion)
}

func header(length int) http.Header {
	return http.Header{
		"Content-Type":              {"application/json; charset=utf-8"},
		"Content-Length":            {strconv.Itoa(length)},
		"Api-Supported-Versions":    {"2024-03-07, 2025-03-15"},
		"Ms-Cv":                     {"sXkzRJGRzkSN5R2a8xkAOA.0"},
		"Strict-Transport-Security": {"max-age=2592000"},
		"X-Azure-Ref":               {"20251103T092001Z-r1f2g3h4k5t6"},
		"X-Cache":                   {"CONFIG_NOCACHE"},
		"X-Processing-Time":         {"24ms"},
	}
}

func encode(value any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		panic(err)
	}
	return bytes.TrimSpace(b.Bytes())
}
