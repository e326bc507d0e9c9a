package pipeline

import (
	"bytes"
	"io"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// passed is the outcome of a request with Once set that may have been delivered. Another pass of the request, by a policy of the
// caller that calls Next again, gets this outcome and does not reach the transport.
type passed struct {
	resp *http.Response
	body []byte // of resp, which a policy may have read
	err  error
}

// passOnce sends the request, unless an earlier pass may have delivered it.
func (c *call) passOnce(req *policy.Request) (*http.Response, error) {
	if c.passed.resp == nil && c.passed.err == nil {
		resp, err := req.Next()
		switch {
		case err != nil && !c.delivered(err), err == nil && !c.succeeded(resp.StatusCode) && !mayHaveHappened(c.Operation, resp.StatusCode):
			return resp, err
		case err != nil:
			c.passed.err = Final{err}
		default:
			c.passed.body = bytes.Clone(Body(resp))
			if err := resp.Body.Close(); err != nil {
				return nil, err
			}
			c.passed.resp = resp
		}
	}
	if c.passed.err != nil {
		c.ambiguous = true
		return nil, c.passed.err
	}
	resp := *c.passed.resp
	resp.Body = io.NopCloser(bytes.NewReader(c.passed.body))
	return &resp, nil
}
