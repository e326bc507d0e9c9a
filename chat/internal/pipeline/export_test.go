package pipeline

import "net/http"

// OwnTransport returns the transport of a pipeline whose options have none.
func OwnTransport(p *Pipeline) *http.Transport { return p.transport.owned }
