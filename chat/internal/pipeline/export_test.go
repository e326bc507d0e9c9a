package pipeline

import "net/http"

// OwnTransport returns the transport of a pipeline whose options have none.
func OwnTransport(p *Pipeline) *http.Transport { return p.transport.owned }

// ModuleVersion chooses the version of this module among those of a program.
var ModuleVersion = moduleVersion
